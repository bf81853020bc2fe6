import type { Problem, SpecPath } from '../../base/report/report.ts'
import { Traced } from '../render/render.ts'
import type { Spec } from '../spec-file/spec.ts'
import type { Context, Contribution, Control } from './control.ts'
import { radioKey } from './hardware.ts'
import { absent, rootFile } from './root-file.ts'

const FILE = '/etc/modprobe.d/pibake.conf'

/** Kernel modules that may not be loaded: those of hardening.blockedModules and of hardware that is off. */
export const modules: Control = { name: 'modules', compile }

function compile(context: Context): Contribution {
  const { hardening } = context.spec
  const blocked = new Map<string, Traced>()
  const problems: Problem[] = []
  hardening.blockedModules.forEach((name, i) => {
    const path = ['hardening', 'blockedModules', i]
    const key = name.replaceAll('-', '_')
    const reason = neededFor(key, context.spec)
    if (reason !== undefined) {
      problems.push({ severity: 'error', code: 'SVC016', path, message: `'${name}' cannot be blocked: ${reason}` })
    } else if (!blocked.has(key)) {
      blocked.set(key, new Traced(name, context.because(path, 'little used, and reachable by whoever can load it')))
    }
  })
  for (const { path, reason, names } of hardwareOff(context)) {
    for (const name of names) {
      const origin = context.because(path, reason)
      if (!blocked.has(name.replaceAll('-', '_'))) blocked.set(name.replaceAll('-', '_'), new Traced(name, origin))
    }
  }
  const origin = context.because(['hardening', 'blockedModules'], 'what is not loaded cannot be attacked')
  if (blocked.size === 0) return { operations: [absent(FILE, origin)], problems }
  return { operations: [rootFile(FILE, { modules: [...blocked.values()] }, origin)], problems }
}

function hardwareOff(context: Context): readonly { path: SpecPath; reason: string; names: readonly string[] }[] {
  const { hardware } = context.spec
  return [
    ...(hardware.wifi === 'off'
      ? [
          {
            path: radioKey('wifi', context),
            reason: 'no Wi-Fi, by dongle neither',
            names: ['brcmfmac', 'cfg80211', 'mac80211'],
          },
        ]
      : []),
    ...(hardware.bluetooth === 'off'
      ? [
          {
            path: radioKey('bluetooth', context),
            reason: 'no Bluetooth, by dongle neither',
            names: ['bluetooth', 'btbcm', 'btusb', 'hci_uart'],
          },
        ]
      : []),
    ...(hardware.usbStorage === 'block'
      ? [
          {
            path: ['hardware', 'usbStorage'],
            reason: 'no USB disk where the drivers are modules',
            names: ['uas', 'usb-storage'],
          },
        ]
      : []),
  ]
}

/** Module (with `_`) → why it stays. */
function neededFor(name: string, { hardware, firewall, fail2ban, network, mounts }: Spec): string | undefined {
  const conditions: readonly (readonly [boolean, RegExp, string])[] = [
    [true, /^(vfat|fat|nls_.*)$/, 'the boot partition is FAT'],
    [true, /^(ext4|jbd2|mbcache|crc16|crc32c.*|libcrc32c)$/, 'the root file system is ext4'],
    [true, /^(mmc_.*|sdhci.*|bcm2835_.*|sd_mod|nvme.*)$/, 'the device starts from it'],
    [true, /^(overlay|squashfs|zram|zsmalloc)$/, 'read-only root and swap of Raspberry Pi OS need it'],
    [true, /^(unix|ipv6|af_packet)$/, 'systemd, NetworkManager and DHCP need it'],
    [true, /^(genet|bcmgenet|smsc95xx|lan78xx|macb|usbnet|xhci.*|dwc.*|phy_.*)$/, 'the wired network needs it'],
    [
      firewall.enabled || fail2ban.enabled,
      /^(nf_.*|nft_.*|xt_.*|x_tables|nfnetlink.*|ip6?_tables|ip6?table_.*|ipt_.*|ip6t_.*)$/,
      'the firewall needs it',
    ],
    [hardware.wifi === 'on', /^(brcmfmac.*|brcmutil|cfg80211|rfkill)$/, 'hardware.wifi is on'],
    [hardware.bluetooth === 'on', /^(bluetooth|hci_uart|btbcm)$/, 'hardware.bluetooth is on'],
    [mounts.some(({ type }) => type === name), /./, 'a mount of the spec needs it'],
    [hardware.interfaces.i2c === true, /^(i2c_dev|i2c_bcm2835)$/, 'hardware.interfaces.i2c is on'],
    [hardware.interfaces.spi === true, /^(spidev|spi_bcm2835)$/, 'hardware.interfaces.spi is on'],
    [hardware.interfaces.oneWire === true, /^(w1_.*|wire)$/, 'hardware.interfaces.oneWire is on'],
    [
      hardware.interfaces.usbGadget === true,
      /^(g_ether|libcomposite|u_ether|usb_f_.*)$/,
      'hardware.interfaces.usbGadget is on',
    ],
    [hardware.watchdog !== undefined, /^bcm2835_wdt$/, 'hardware.watchdog needs it'],
    [network.wifi !== undefined, /^(ccm|ctr|cmac|gcm|aes.*)$/, 'Wi-Fi encryption needs it'],
  ]
  return conditions.find(([holds, pattern]) => holds && pattern.test(name))?.[2]
}
