import type { Code } from '../../base/report/codes.ts'
import type { Problem, SpecPath } from '../../base/report/report.ts'
import { suggest } from '../../base/report/suggest.ts'
import { starters, unitNames } from '../../device/systemd/unit-files.ts'
import { unitName } from '../../device/systemd/unit-name.ts'
import type { Note, UnitRequest } from '../plan/request.ts'
import type { Context, Contribution, Control } from './control.ts'

/** Services that are switched off, together with all that would start them again. */
export const services: Control = { name: 'services', compile }

function compile(context: Context): Contribution {
  const { disable, mask } = context.spec.services
  const parts = [
    ...disable.map((word, i) => requestsFor(word, 'disabled', ['services', 'disable', i], context)),
    ...mask.map((word, i) => requestsFor(word, 'masked', ['services', 'mask', i], context)),
  ]
  return {
    units: parts.flatMap((part) => part.units ?? []),
    notes: parts.flatMap((part) => part.notes ?? []),
    problems: parts.flatMap((part) => part.problems ?? []),
  }
}

function requestsFor(word: string, state: 'disabled' | 'masked', path: SpecPath, context: Context): Contribution {
  const error = (code: Code, message: string, hint?: string): Contribution => ({
    problems: [{ severity: 'error', code, path, message, ...(hint === undefined ? {} : { hint }) } satisfies Problem],
  })
  const unit = unitName(word)
  const reason = neededFor(unit, context)
  if (reason !== undefined) return error('SVC014', `${unit} cannot be ${state}: ${reason}`)

  const origin = context.because(path, `the spec wants ${unit} ${state}`)
  const { root } = context.inventory
  const names = unitNames(root)
  if (!names.includes(unit) && !names.includes(unit.replace(/@[^.]+\./, '@.'))) {
    const near = suggest(unit, names)
    const hint =
      near === undefined ? 'a service in the image, or one that packages.install brings' : `did you mean '${near}'?`
    if (!STOCK.includes(unit) && context.spec.packages.install.length === 0) {
      return error('SVC015', `the image has no unit ${unit}`, hint)
    }
    const note: Note = { severity: 'info', message: `the image has no unit ${unit}: nothing to switch off`, origin }
    return { units: [{ unit, state, origin }], notes: [note] }
  }
  const others = starters(root, unit).map((other): UnitRequest => {
    return { unit: other, state, origin: context.because(path, `it would start ${unit} again`) }
  })
  return { units: [{ unit, state, origin }, ...others] }
}

/** Units of official images of one release or another: that one of these is not there is no slip of the pen. */
const STOCK =
  `apt-daily.timer avahi-daemon.service bluetooth.service cloud-init.service cups.service cups-browsed.service
  dphys-swapfile.service hciuart.service keyboard-setup.service ModemManager.service nfs-blkmap.service
 packagekit.service rpcbind.service rpi-connect.service rpi-eeprom-update.service triggerhappy.service
  triggerhappy.socket udisks2.service wayvnc.service wpa_supplicant.service xrdp.service`.split(/\s+/)

/** Why a unit must stay; undefined when it may go. */
function neededFor(unit: string, { spec, inventory }: Context): string | undefined {
  const { ssh, firewall, fail2ban, updates, hardening, network } = spec
  const conditions: readonly (readonly [boolean, RegExp, string])[] = [
    [ssh.enabled, /^(ssh|sshd)\.service$/, 'ssh.enabled needs it; to close ssh say ssh.enabled: false'],
    [firewall.enabled, /^ufw\.service$/, 'firewall.enabled needs it'],
    [fail2ban.enabled, /^fail2ban\.service$/, 'fail2ban.enabled needs it'],
    [updates.unattended, /^apt-daily(-upgrade)?\.(timer|service)$/, 'updates.unattended needs it'],
    [updates.sshServerDaily, /^pibake-sshd-upgrade\./, 'updates.sshServerDaily needs it'],
    [hardening.appArmor, /^apparmor\.service$/, 'hardening.appArmor needs it'],
    [
      !network.none && !hasOtherNetwork(inventory.root),
      /^NetworkManager\.service$/,
      'nothing else brings the network up',
    ],
    [true, /^dbus(-broker)?\.(service|socket)$/, 'NetworkManager, systemd-logind and polkit need it'],
    [
      true,
      /^systemd-(?!timesyncd|networkd|resolved|homed|userdbd|oomd|pstore|backlight)/,
      'the device would not start well',
    ],
    [true, /\.(target|slice|scope|device|mount)$/, 'other units hang on it; name the services themselves'],
    [true, /^pibake-/, 'it is a part of pibake; the spec has a key for what it does'],
  ]
  return conditions.find(([holds, pattern]) => holds && pattern.test(unit))?.[2]
}

/** Whether something but NetworkManager is enabled to configure interfaces. */
function hasOtherNetwork(root: Context['inventory']['root']): boolean {
  const wants = '/etc/systemd/system/multi-user.target.wants'
  return ['systemd-networkd.service', 'networking.service', 'dhcpcd.service'].some(
    (unit) => root.lstat(`${wants}/${unit}`) !== undefined,
  )
}
