import type { Code } from '../../base/report/codes.ts'
import type { Setting } from '../../device/systemd/settings.ts'
import { inForce } from '../../device/systemd/settings.ts'
import { flagOf, lastOf, type Unit } from '../../device/systemd/units.ts'
import type { Way } from './finding.ts'

/** What a setting of sshd's unit does to a login. */
export interface Effect {
  readonly answer: 'shut' | 'unproved'
  readonly way: Way
  readonly code: Code
  readonly at: Setting
  readonly because: string
}

type Judge = (value: string, unit: Unit) => Omit<Effect, 'at'> | undefined

const shut = (way: Way, code: Code, because: string): Omit<Effect, 'at'> => ({ answer: 'shut', way, code, because })
const isOff = (value: string) => /^(0|no|n|false|f|off)?$/i.test(value)

/** Settings of [Service] that can shut a login, and what each does (systemd.exec(5), systemd.resource-control(5)). */
const JUDGES: Readonly<Record<string, Judge>> = {
  User: (user) =>
    user === 'root' || user === '0' ? undefined : shut('ssh', 'ACC014', `sshd as ${user} cannot read its host keys`),
  PrivateNetwork: (value) =>
    isOff(value) ? undefined : shut('ssh', 'ACC014', 'sshd gets a network of its own, which nobody reaches'),
  IPAddressDeny: (value, unit) =>
    value === 'any' && lastOf(unit, 'Service', 'IPAddressAllow') === undefined
      ? shut('ssh', 'ACC014', 'sshd gets no packet from any address')
      : unproved(`IPAddressDeny=${value} keeps networks from sshd`),
  ProtectHome: (value) =>
    isOff(value) || value === 'read-only'
      ? undefined
      : shut('key', 'ACC019', `ProtectHome=${value} hides /home from sshd, and with it the keys`),
  NoNewPrivileges: (value) =>
    isOff(value) ? undefined : shut('root', 'ACC022', 'in a session of this sshd sudo gains no privileges'),
  RestrictAddressFamilies: (value) =>
    /^~|AF_INET\b/.test(value) || value === ''
      ? unproved(`RestrictAddressFamilies=${value} limits what sshd listens on`)
      : shut('ssh', 'ACC014', `RestrictAddressFamilies=${value} keeps sshd from listening`),
}

function unproved(because: string): Omit<Effect, 'at'> {
  return { answer: 'unproved', way: 'ssh', code: 'ACC051', because }
}

/** Settings of [Service] that leave a login as it is, or that are judged elsewhere. */
const HARMLESS = new Set(
  `BusName CPUQuota CPUSchedulingPolicy CPUSchedulingPriority CPUWeight Documentation Environment EnvironmentFile ExecCondition ExecReload
  ExecStart ExecStartPost ExecStartPre ExecStop ExecStopPost FinalKillSignal GuessMainPID IOSchedulingClass IOSchedulingPriority
  IOWeight IPAddressAllow IPAccounting KillMode KillSignal LockPersonality LogLevelMax LogRateLimitBurst LogRateLimitIntervalSec
  MemoryAccounting MemoryHigh NonBlocking NotifyAccess OOMPolicy OOMScoreAdjust Nice PassEnvironment PIDFile ProtectClock
  ProtectHostname ProtectKernelLogs Restart RestartMaxDelaySec RestartPreventExitStatus RestartSec RestartSteps RestrictRealtime
  RuntimeDirectory RuntimeDirectoryMode RuntimeDirectoryPreserve SendSIGHUP SendSIGKILL Slice StandardError StandardInput
  StandardOutput StateDirectory SuccessExitStatus SyslogFacility SyslogIdentifier SyslogLevel TasksAccounting
  TimeoutAbortSec TimeoutStopSec TimeoutStopFailureMode TimeoutSec TimeoutStartSec Type UMask UnsetEnvironment WatchdogSec
  WorkingDirectory`.split(/\s+/),
)

/** What the settings of a unit that runs sshd do to a login over it. */
export function sandboxEffects(unit: Unit): readonly Effect[] {
  const keys = new Set(unit.settings.filter(({ section }) => section === 'Service').map(({ key }) => key))
  return [...keys].flatMap((key) => {
    const at = lastOf(unit, 'Service', key)
    if (at === undefined || HARMLESS.has(key) || key.startsWith('X-')) return []
    const judge = JUDGES[key]
    const effect = judge === undefined ? unknown(unit, at) : judge(at.value, unit)
    return effect === undefined ? [] : [{ ...effect, at }]
  })
}

/** A switch that is off changes nothing. */
function unknown(unit: Unit, at: Setting): Omit<Effect, 'at'> | undefined {
  if (flagOf(unit, 'Service', at.key) === false || inForce(unit.settings, 'Service', at.key).length === 0)
    return undefined
  return unproved(`what ${at.key}=${at.value} keeps from sshd and its sessions`)
}
