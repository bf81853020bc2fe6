import type { Obstacle } from '../../../device/systemd/service.ts'
import { inForce, type Setting } from '../../../device/systemd/settings.ts'
import { failsToStart } from '../../../device/systemd/started.ts'
import { lastOf, wordsOf } from '../../../device/systemd/units.ts'
import type { FileLine, Finding, Reader } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { loosened } from '../sshd-loosened.ts'
import { sandboxEffects } from '../sshd-sandbox.ts'
import { type SshdService, sshdServices, usualSshd } from '../sshd-services.ts'
import { startOf } from '../start.ts'

/**
 * The units that run sshd: whether one is started that listens on `ssh.port`, and whether a command line or a file of its
 * own makes any of them let in more than /etc/ssh/sshd_config does.
 */
export const sshdUnit: Reader = (device) => {
  const services = sshdServices(device)
  const judged = services.map((service) => judge(device, service)).sort((a, b) => rank(a) - rank(b))
  const best = judged[0] ?? [shut(undefined, notStarted(device))]
  return [...(device.ssh.enabled ? best : []), ...services.flatMap((service) => loosened(device, service))]
}

/** The better a service lets its owner in, the lower. */
function rank(findings: readonly Finding[]): number {
  const onSsh = findings.filter(({ way }) => way === 'ssh')
  if (onSsh.some(({ answer }) => answer === 'shut')) return 2
  return onSsh.length > 0 ? 1 : 0
}

function judge(device: FinishedDevice, sshd: SshdService): readonly Finding[] {
  const { service, options, at, ports } = sshd
  const { port } = device.ssh
  const obstacles = service.obstacles.map((obstacle) => fromObstacle(obstacle))
  const effects = sandboxEffects(service.unit).map((effect) => ({
    ...effect,
    user: undefined,
    at: lineOf(effect.at),
    settle: effect.answer === 'unproved' ? TAKE_OUT : undefined,
  }))
  return [
    ...obstacles,
    ...effects,
    ...(options.ends === undefined ? [] : [shut(at, options.ends)]),
    ...(ports.includes(port) ? [] : [shut(at, `sshd listens on port ${ports.join(', ')}, not on ${port}`)]),
    ...ownErrors(device, sshd),
    ...typeOf(sshd),
    ...rivals(device, sshd),
  ]
}

const TAKE_OUT = 'take the line out, or accept the code if you know what it does'

function fromObstacle({ sure, at, because }: Obstacle): Finding {
  return sure ? shut(at, because) : unproved(at, because)
}

function shut(at: Setting | undefined, because: string): Finding {
  return {
    answer: 'shut',
    way: 'ssh',
    user: undefined,
    code: 'ACC014',
    at: at && lineOf(at),
    because,
    settle: undefined,
  }
}

function unproved(at: Setting | undefined, because: string): Finding {
  const settle = TAKE_OUT
  return { answer: 'unproved', way: 'ssh', user: undefined, code: 'ACC051', at: at && lineOf(at), because, settle }
}

function lineOf({ file, line }: Setting): FileLine {
  return { file, line }
}

/** Errors of a configuration that is this service's alone; those of /etc/ssh/sshd_config are found where that is read. */
function ownErrors(device: FinishedDevice, { options, effective, at }: SshdService): Finding[] {
  const error = effective.errors[0]
  if (error === undefined || usualSshd(device).errors.length > 0) return []
  const where =
    options.lines.length > 0 && !error.at.file.startsWith('/etc/ssh/sshd_config.d')
      ? ''
      : ` (${error.at.file}:${error.at.line})`
  return [shut(at, `sshd would not start: ${error.message}${where}`)]
}

/** Whether the way in which sshd starts is the one that the service's type waits for (systemd.service(5), Type=). */
function typeOf({ service: { unit }, options, at }: SshdService): Finding[] {
  const type = lastOf(unit, 'Service', 'Type')?.value ?? 'simple'
  if (options.inetd || options.ends !== undefined) return []
  if (type === 'forking' && options.foreground) {
    return [shut(at, 'Type=forking waits for sshd -D to leave the foreground, and ends it')]
  }
  if (type !== 'forking' && type !== 'oneshot' && !options.foreground) {
    return [unproved(at, `whether sshd without -D stays under Type=${type}`)]
  }
  return type === 'dbus' ? [unproved(at, 'sshd takes no name on the bus, for which Type=dbus waits')] : []
}

/** Units that keep the service out: one that conflicts with it, or one that it must find running. */
function rivals(device: FinishedDevice, { service: { unit } }: SshdService): Finding[] {
  const { started, units } = startOf(device)
  const named = (name: string) => units.unit(name).name
  const against = [...started.values()].filter(
    (other) =>
      other.unit.name !== unit.name &&
      wordsOf(other.unit, 'Unit', 'Conflicts').some((name) => named(name) === unit.name),
  )
  const own = wordsOf(unit, 'Unit', 'Conflicts').filter((name) => started.has(named(name)))
  const needed = wordsOf(unit, 'Unit', 'Requisite').filter((name) => !started.has(named(name)))
  return [
    ...against.map((other) =>
      unproved(
        inForce(other.unit.settings, 'Unit', 'Conflicts').at(-1),
        `${other.unit.name} conflicts with ${unit.name}, and both are to start`,
      ),
    ),
    ...own.map((name) =>
      unproved(lastOf(unit, 'Unit', 'Conflicts'), `${unit.name} conflicts with ${name}, and both are to start`),
    ),
    ...needed.map((name) => shut(lastOf(unit, 'Unit', 'Requisite'), `${name}, which must run first, is not started`)),
  ]
}

/** Why nothing runs sshd. */
function notStarted(device: FinishedDevice): string {
  const { units, target, instead } = startOf(device)
  const why = failsToStart(units, 'ssh.service')
  if (why !== undefined) return why.startsWith('it needs') ? `ssh.service is not started: ${why}` : why
  return instead === undefined ? 'ssh.service is not enabled' : `${target} does not start ssh.service (${instead})`
}
