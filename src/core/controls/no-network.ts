import { textAt } from '../../device/sshd/files.ts'
import { unitNames } from '../../device/systemd/unit-files.ts'
import type { UnitRequest } from '../plan/request.ts'
import type { Context, Contribution, Control } from './control.ts'

/** Without a network: nothing that brings an interface up can be started, by no means. */
export const noNetwork: Control = { name: 'no network', compile }

/** Those of Raspberry Pi OS, masked whether the image has them or not: a package may come later. */
const USUAL = ['NetworkManager.service', 'wpa_supplicant.service']
/** What else configures interfaces, or waits for them, where the image has it. */
const OTHERS =
  `ModemManager.service NetworkManager-dispatcher.service NetworkManager-wait-online.service connman.service
  dhcpcd.service dhcpcd@.service ifup@.service ifupdown-wait-online.service iwd.service networking.service
  systemd-networkd-wait-online.service systemd-networkd.service systemd-networkd.socket wicked.service wicked-nanny.service
  wicked-wait.service wpa_supplicant-nl80211@.service wpa_supplicant-wired@.service wpa_supplicant@.service`.split(
    /\s+/,
  )

const PRESET = '/etc/systemd/system-preset/00-pibake.preset'

function compile(context: Context): Contribution {
  const { spec, inventory, because } = context
  const path = ['network', 'none']
  if (!spec.network.none) return { units: unmasked(context) }
  const origin = because(path, 'nothing brings a network up')
  const names = unitNames(inventory.root)
  const units = [...USUAL, ...OTHERS.filter((unit) => names.includes(unit))]
  return {
    units: units.map((unit): UnitRequest => ({ unit, state: 'masked', origin })),
    // The kernel's own way to an address (Documentation/admin-guide/nfs/nfsroot.rst).
    cmdline: [{ remove: /ip=.*/, origin }],
    notes: [
      {
        severity: 'warning',
        message: 'the device has no network: a keyboard with a screen, or a serial cable, is the only way in',
        origin,
      },
    ],
  }
}

/** What an earlier spec had pibake mask: its preset says which units these are. */
function unmasked({ inventory, because }: Context): UnitRequest[] {
  const { root } = inventory
  const preset = textAt(root, PRESET) ?? ''
  const origin = because(['network', 'none'], 'the device has a network again')
  const isOurs = (unit: string) => preset.split('\n').includes(`disable ${unit}`)
  return [...USUAL, ...OTHERS].filter(isOurs).flatMap((unit): UnitRequest[] => {
    const entry = root.lstat(`/etc/systemd/system/${unit}`)
    return entry?.kind === 'symlink' && entry.target === '/dev/null' ? [{ unit, state: 'unmasked', origin }] : []
  })
}
