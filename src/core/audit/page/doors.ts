import { together } from '../../../base/together.ts'
import type { Proof } from '../../access/prove-target.ts'
import { sourcesText } from '../../access/way-words.ts'
import type { Audit } from '../audit.ts'
import type { AuditFinding } from '../finding.ts'
import { type Path, type RuleId, rules } from '../rules.ts'
import { isOfAccount } from './accounts.ts'

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
  'mount-options',
]
/** Each of these has its own door; the other findings share one of their rule. */
const SINGLE: readonly RuleId[] = ['listener', 'other-login', 'console-unasked', 'root-way']

/** The doors of a device: the log-ins that the proof found, and the findings that are no log-in. */
export function doorsOf({ findings, proof }: Audit): readonly Door[] {
  const logins = loginsOf(findings, proof)
  const drawn = new Set(logins.flatMap((door) => door.findings))
  // The packet filter is a line of its own in the picture.
  const rest = findings.filter((one) => !drawn.has(one) && one.rule !== 'no-packet-filter' && !isOfAccount(one))
  const single = rest.filter(({ rule }) => SINGLE.includes(rule))
  const shared = together(
    rest.filter((one) => !single.includes(one)),
    ({ rule }) => rule,
  )
  return [...logins, ...single.map(singleDoor), ...shared.map(sharedDoor)]
}

function loginsOf(findings: readonly AuditFinding[], proof: Proof): readonly Door[] {
  const each = together(proof.intruders, ({ user, by, fingerprint }) => [user, by, fingerprint].join(' '))
  return each.map((ways): Door => {
    const [way] = ways
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

function singleDoor(finding: AuditFinding): Door {
  const { rule, subject, at, title, because, users } = finding
  const isListener = rule === 'listener'
  return {
    lane: rules[rule].by,
    title: isListener ? subject : title,
    below: isListener ? because : (at?.file ?? because),
    findings: [finding],
    user: rule === 'console-unasked' ? users[0] : undefined,
    leadsToRoot: rule === 'root-way',
  }
}

function sharedDoor(findings: readonly [AuditFinding, ...AuditFinding[]]): Door {
  const [{ rule, title }] = findings
  return {
    lane: MISSING.includes(rule) ? 'missing' : rules[rule].by,
    title,
    below: findings.map(({ subject }) => subject).join(', '),
    findings,
    leadsToRoot: rule === 'root-unasked',
  }
}
