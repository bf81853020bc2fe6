import type { WayIn } from '../../access/prove.ts'
import type { Proof } from '../../access/prove-target.ts'
import { sourcesText } from '../../access/way-words.ts'
import type { Audit } from '../audit.ts'
import type { AuditFinding } from '../finding.ts'
import { type Path, type RuleId, rules } from '../rules.ts'
import { isOfAccount, usersOf } from './accounts.ts'

/** Where somebody stands who makes use of it; `missing`: what would keep somebody out, and is not there. */
export type Lane = Path | 'missing'

/** Something of the device that somebody can begin with. */
export interface Door {
  readonly lane: Lane
  readonly title: string
  readonly below: string
  readonly findings: readonly AuditFinding[]
  /** The account that it leads to. */
  readonly user?: string | undefined
  readonly leadsToRoot?: boolean
}

const MISSING: readonly RuleId[] = [
  'no-limit',
  'no-upgrades',
  'apparmor-off',
  'unproved',
  'kernel-weakened',
  'kernel-settings',
  'rare-modules',
]
/** Each of these has its own door; the other findings share one of their rule. */
const SINGLE: readonly RuleId[] = ['listener', 'other-login', 'console-unasked', 'root-way']

/** The doors of a device: the log-ins that the proof found, and the findings that are no log-in. */
export function doorsOf({ findings, proof }: Audit): readonly Door[] {
  const logins = loginsOf(findings, proof)
  const drawn = new Set(logins.flatMap((door) => door.findings))
  // The packet filter is a line of its own in the picture.
  const rest = findings.filter((one) => !drawn.has(one) && one.rule !== 'no-packet-filter' && !isOfAccount(one, proof))
  const single = rest.filter(({ rule }) => SINGLE.includes(rule))
  const shared = alike(
    rest.filter((one) => !single.includes(one)),
    ({ rule }) => rule,
  )
  return [...logins, ...single.map((one) => singleDoor(one, proof)), ...shared.map(sharedDoor)]
}

function loginsOf(findings: readonly AuditFinding[], proof: Proof): readonly Door[] {
  const each = alike(proof.intruders, ({ user, by, fingerprint }) => [user, by, fingerprint].join(' '))
  return each.map((ways): Door => {
    const way = ways[0] as WayIn
    const { user, by, fingerprint, filesIn } = way
    if (by === 'console') return { lane: 'hands', title: 'Console, password', below: '', findings: [], user }
    const [rule, subject] = by === 'password' ? ['ssh-password', user] : ['ssh-key', `${user} ${fingerprint}`]
    const from = ways.map((one) => sourcesText(one, proof.unmadeInterfaces) ?? 'from everywhere')
    return {
      lane: 'network',
      title: `${filesIn === undefined ? 'SSH' : 'Files by sftp'}, ${by}`,
      below: `${way.port}/tcp ${from.join('; ')}`,
      findings: findings.filter((one) => one.rule === rule && one.subject === subject),
      user,
    }
  })
}

function singleDoor(finding: AuditFinding, proof: Proof): Door {
  const { rule, subject, at, title, because } = finding
  const isListener = rule === 'listener'
  return {
    lane: rules[rule].by,
    title: isListener ? subject : title,
    below: isListener ? because : (at?.file ?? because),
    findings: [finding],
    user: rule === 'console-unasked' ? usersOf(finding, proof)[0] : undefined,
    leadsToRoot: rule === 'root-way',
  }
}

function sharedDoor(findings: readonly AuditFinding[]): Door {
  const { rule, title } = findings[0] as AuditFinding
  return {
    lane: MISSING.includes(rule) ? 'missing' : rules[rule].by,
    title,
    below: findings.map(({ subject }) => subject).join(', '),
    findings,
    leadsToRoot: rule === 'root-unasked',
  }
}

/** Those with the same key together, in the order of the first of each. */
function alike<T>(all: readonly T[], keyOf: (one: T) => string): readonly (readonly T[])[] {
  const keys = [...new Set(all.map(keyOf))]
  return keys.map((key) => all.filter((one) => keyOf(one) === key))
}
