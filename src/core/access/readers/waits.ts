import { isAsPackaged } from '../../../device/inspect/package-digests.ts'
import { startedBefore } from '../../../device/systemd/order.ts'
import type { Setting } from '../../../device/systemd/settings.ts'
import { lastOf, type Unit } from '../../../device/systemd/units.ts'
import type { Finding, Reader, Way } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { sshdServices } from '../sshd-services.ts'
import { startOf } from '../start.ts'

/** What a login waits for at a start, where only a run of it shows whether it has an end. */
export const waits: Reader = (device) => {
  const { ssh } = device
  const sshd = sshdServices(device).filter(({ ports }) => ssh.enabled && ports.includes(ssh.port))
  const each = sshd.map(({ service }) => endlessBefore(device, service.unit.name, 'ssh'))
  // One that does not wait lets its owner in.
  const ofSshd = each.some((found) => found.length === 0) ? [] : (each[0] ?? [])
  return [
    ...ofSshd,
    ...(ssh.enabled ? endlessBefore(device, 'NetworkManager.service', 'ssh') : []),
    ...endlessBefore(device, 'systemd-user-sessions.service', 'login'),
  ].filter(({ at }, index, all) => all.findIndex((one) => one.at?.file === at?.file) === index)
}

/** Those that bring services before these in Raspberry Pi OS; of another one all lists are asked, which is dear. */
const PACKAGES = ['systemd', 'udev', 'cloud-init', 'raspberrypi-sys-mods', 'userconf-pi', 'keyboard-configuration']

function endlessBefore(device: FinishedDevice, name: string, way: Way): readonly Finding[] {
  const { units, started } = startOf(device)
  return startedBefore(units, started, name).flatMap((unit): readonly Finding[] => {
    const command = endlessIn(unit)
    const isOurs = unit.name.startsWith('pibake-')
    if (command === undefined || isOurs || isAsPackaged(device.root, command.file, PACKAGES)) return []
    const because = `${name} is started when this has come to its end, and whether it does is seen on the running device only`
    return [
      {
        answer: 'unproved',
        way,
        user: undefined,
        code: 'ACC051',
        at: { file: command.file, line: command.line },
        because,
        settle: `give ${unit.name} a TimeoutStartSec=, or take the order away`,
      },
    ]
  })
}

/** What a service runs for as long as it likes before it counts as started; undefined: there is a limit. */
function endlessIn(unit: Unit): Setting | undefined {
  if (!unit.name.endsWith('.service')) return undefined
  const limits = ['TimeoutStartSec', 'TimeoutSec'].flatMap((key) => lastOf(unit, 'Service', key) ?? [])
  // One key sets both: the later line counts.
  const limit = limits.sort((a, b) => unit.settings.indexOf(a) - unit.settings.indexOf(b)).at(-1)?.value
  // systemd.service(5): TimeoutStartSec= is infinity for Type=oneshot, 90 seconds for all others.
  const isOneshot = lastOf(unit, 'Service', 'Type')?.value === 'oneshot'
  const isEndless = limit === undefined ? isOneshot : /^(infinity|0)$/.test(limit)
  return isEndless ? (lastOf(unit, 'Service', 'ExecStart') ?? lastOf(unit, 'Service', 'ExecStartPre')) : undefined
}
