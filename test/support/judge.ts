import type { Verdict } from '../../src/access/prove.ts'
import type { Behaviour } from '../../src/inspect/inventory.ts'
import { judge } from '../../src/judge.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { type ParsedSpec, parseSpec } from '../../src/spec/parse.ts'
import type { ReadReferenced } from '../../src/spec/referenced.ts'
import type { Problem } from '../../src/spec/report.ts'
import type { Spec } from '../../src/spec/spec.ts'
import type { MemoryTree } from '../../src/tree/memory.ts'

export const TODAY = '2026-11-22'

export const ALICE_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPjo1TdQSG/G4KQ2oOm0YNJv/6+d9J4LiQHIhvFyLxk1 alice@laptop'
export const BOB_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKVIZm/sseLptLxXbrdUP1tW6VgNbuzV/XoRyL9Qsx2Y bob@desk'

/** crypt(3) of `correct horse`. */
export const HASH = '$6$pibake$DV/4B6VHmu0DKPASlET/Mnyg4EtJWp80t7HFpvfUJ8H2X3ovY9uJEyXeFsdkKegUG3cqBY8kZ.JBOVF0UboiS/'

// biome-ignore lint/suspicious/noExplicitAny: a spec in a test is shaped by hand, also into wrong shapes.
export type LooseSpec = any

/** The smallest useful spec: one owner with a key and a password for sudo. JSON is YAML. */
export function smallSpec(): LooseSpec {
  return { version: 1, users: [{ name: 'alice', passwordHash: HASH, authorizedKeys: [ALICE_KEY] }] }
}

/** A spec that uses every section. */
export function fullSpec(): LooseSpec {
  return {
    version: 1,
    device: { hostname: 'kit-07', timezone: 'Europe/Vienna', locale: 'en_GB.UTF-8', keyboard: 'gb' },
    users: [
      { name: 'alice', passwordHash: HASH, authorizedKeys: [ALICE_KEY, { key: BOB_KEY, restrict: true }] },
      { name: 'bob', authorizedKeys: [{ key: BOB_KEY, from: ['192.0.2.0/24'] }], sudo: 'none', groups: ['gpio'] },
    ],
    ssh: { port: 2222, settings: { ClientAliveInterval: '120' } },
    firewall: {
      rules: [
        'limit 2222/tcp',
        'allow from 192.0.2.0/24 to any port 80 proto tcp',
        "allow in on eth0 to any port 1883 proto tcp comment 'mqtt'",
      ],
    },
    fail2ban: { jails: { sshd: { maxretry: 4, findtime: '10m', bantime: -1 } } },
    updates: { firstBoot: 'full', reboot: '03:30' },
    packages: { install: ['mosquitto'], remove: ['triggerhappy'] },
    services: { disable: ['avahi-daemon'] },
    hardware: { bluetooth: 'off', usbStorage: 'block' },
    network: { wifi: { country: 'AT', networks: [{ ssid: 'kit', pskFile: 'wifi.psk' }] } },
    files: [{ path: '/etc/motd', content: 'kit 07\n', mode: '0644', owner: 'root', group: 'root' }],
  }
}

/** The spec read and checked; what it names is not there, but for `wifi.psk`. */
export function parsed(spec: LooseSpec | string): ParsedSpec & { readonly spec: Spec } {
  const result = parse(spec)
  if (result.spec === undefined) throw new Error(JSON.stringify(result.problems))
  return { ...result, spec: result.spec }
}

function parse(spec: LooseSpec | string): ParsedSpec {
  const text = typeof spec === 'string' ? spec : JSON.stringify(spec, null, 2)
  const read: ReadReferenced = (path) =>
    path === 'wifi.psk'
      ? { bytes: new TextEncoder().encode('long enough\n'), readByAll: false }
      : { failure: 'there is no such file' }
  return parseSpec(new TextEncoder().encode(text), 'pibake.yaml', { read, verify: () => 'not looked at' }, TODAY)
}

export interface Outcome {
  readonly exit: 0 | 2 | 5
  readonly problems: readonly Problem[]
  readonly verdict: Verdict | undefined
  readonly plan: Plan | undefined
  /** Codes of all errors and of what locks out. */
  readonly codes: readonly string[]
}

/** Judges a spec against a sample image, as `pibake plan` does. */
export function outcomeOf(
  spec: LooseSpec | string,
  options: { behaviour?: Behaviour; tamper?: (root: MemoryTree) => void } = {},
): Outcome {
  const result = parse(spec)
  const target = samplePiOs({ behaviour: options.behaviour ?? 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  options.tamper?.(target.root)
  const judged =
    result.spec === undefined
      ? undefined
      : judge(result.spec, target, {
          locate: result.locate,
          specDigest: result.digest,
          epoch: undefined,
          today: TODAY,
          allowBooted: false,
        })
  const problems = [...result.problems, ...(judged?.problems ?? [])]
  const errors = problems.filter((problem) => problem.severity === 'error')
  const lockouts = judged?.verdict.lockouts ?? []
  const invalid = errors.some((problem) => problem.lockout !== true)
  return {
    exit: invalid ? 2 : errors.length > 0 || lockouts.length > 0 ? 5 : 0,
    problems,
    verdict: judged?.verdict,
    plan: judged?.plan,
    codes: [...errors.map((problem) => problem.code), ...lockouts.map((shut) => shut.code)],
  }
}

/** The plan of a sound spec. */
export function planOf(spec: LooseSpec | string, options: Parameters<typeof outcomeOf>[1] = {}): Plan {
  const { plan, problems } = outcomeOf(spec, options)
  if (plan === undefined) throw new Error(JSON.stringify(problems))
  return plan
}
