import type { Sample } from './options.ts'
import { packageEntry } from './packages.ts'

const both = {
  'avahi-daemon': ['0.8-10+deb12u1', '0.8-16'],
  bluez: ['5.66-1+rpt1+deb12u2', '5.82-1.1+rpt1'],
  logrotate: ['3.21.0-1', '3.22.0-1'],
  'raspberrypi-archive-keyring': ['2021.1.1+rpt1', '2025.1+rpt1'],
  'raspi-config': ['20250225', '20251013'],
  'raspi-firmware': ['1:1.20250305-1', '1:1.20250915-1'],
  'raspberrypi-sys-mods': ['20250305', '1:20251112'],
  'rpi-eeprom': ['28.0-1', '28.8-1'],
  rsync: ['3.2.7-1+deb12u2', '3.4.1+ds1-5'],
  udisks2: ['2.9.4-4+deb12u1', '2.10.1-12.1'],
  'userconf-pi': ['0.10', '0.15'],
  wpasupplicant: ['2:2.10-12+deb12u2', '2:2.10-24'],
} as const

/**
 * Packages that Raspberry Pi's lists add to Debian's base. Versions are of the right kind, not of one certain image.
 *
 * @param status the base's /var/lib/dpkg/status: what is in it is not added again
 */
export function stockPackages({ facts, variant, architecture, builder }: Sample, status: string): string {
  const bookworm = facts.release === 'bookworm'
  const chosen: [string, string][] = Object.entries(both).map(([name, versions]) => [name, versions[bookworm ? 0 : 1]])
  if (bookworm) {
    chosen.push(['dphys-swapfile', '20100506-7.1+rpt1'], ['nfs-common', '1:2.6.2-4+deb12u1'], ['rpcbind', '1.2.6-6+b1'])
    chosen.push(['triggerhappy', '0.5.0-1.1+b2'], ['pi-bluetooth', '0.1.20'])
  } else chosen.push(['rpi-swap', '1.0.0'])
  if (facts.modemManager) chosen.push(['modemmanager', bookworm ? '1.20.4-1' : '1.24.0-1+rpt1'])
  if (facts.cloudInit !== 'absent') chosen.push(['cloud-init', '25.2-1+rpt1'], ['netplan.io', '1.1.2-7+rpt1'])
  if (facts.cloudInit === 'seeded') chosen.push(['rpi-cloud-init-mods', '1.0'])
  if (facts.connect) chosen.push(['rpi-connect-lite', '2.9.0'], ['rpi-usb-gadget', '0.1'])
  if (variant === 'desktop') {
    chosen.push(['lightdm', '1.32.0-7+rpt1'], ['piwiz', '1.0'], ['cups', '2.4.2-3+deb12u8'], ['wayvnc', '0.9.1-1'])
    chosen.push(['raspberrypi-ui-mods', '1.20251014'])
  }
  const left =
    builder === 'rpi-image-gen' ? ['userconf-pi', 'piwiz', 'cloud-init', 'netplan.io', 'rpi-cloud-init-mods'] : []
  return chosen
    .filter(([name]) => !left.includes(name) && !status.includes(`Package: ${name}\n`))
    .map(([name, version]) => packageEntry(name, version, architecture))
    .join('')
}
