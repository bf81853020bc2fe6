import type { WayIn } from '../../access/prove.ts'
import type { Proof } from '../../access/prove-target.ts'
import type { Audit } from '../audit.ts'
import type { AuditFinding } from '../finding.ts'

/** An account that somebody gets into, or that is more than it should be. */
export interface Account {
  readonly user: string
  /** What is against the account itself, and not against a way to it. */
  readonly findings: readonly AuditFinding[]
  /** How it becomes root, in a few words; undefined: it cannot. */
  readonly root: string | undefined
}

/** The accounts that a finding is about; none: everybody, or it is about no account. */
export function usersOf({ rule, subject, at, because }: AuditFinding, { open }: Proof): readonly string[] {
  if (rule === 'default-password') return [subject]
  // Findings of the same line are one, whose subject ends with their code.
  const same = open.filter(
    (one) =>
      subject.endsWith(one.code) &&
      because.endsWith(one.because) &&
      one.at?.file === at?.file &&
      one.at?.line === at?.line,
  )
  return [...new Set(same.flatMap(({ user }) => (user === undefined ? [] : [user])))]
}

/** Whether a finding belongs to its accounts, and not to a way that leads there. */
export function isOfAccount(finding: AuditFinding, proof: Proof): boolean {
  const { rule } = finding
  return (rule === 'default-password' || rule === 'root-unasked') && usersOf(finding, proof).length > 0
}

/** The accounts in the order in which ways lead to them. */
export function accountsOf({ findings, proof }: Audit): readonly Account[] {
  const own = findings
    .filter((finding) => isOfAccount(finding, proof))
    .map((finding) => ({ finding, users: usersOf(finding, proof) }))
  const ledTo = findings.filter(({ rule }) => rule === 'console-unasked').flatMap((one) => usersOf(one, proof))
  const users = new Set([...proof.intruders.map(({ user }) => user), ...ledTo, ...own.flatMap((one) => one.users)])
  return [...users].map((user) => {
    const about = own.filter((one) => one.users.includes(user)).map(({ finding }) => finding)
    const isUnasked = about.some(({ rule }) => rule === 'root-unasked')
    const way = proof.intruders.find((one) => one.user === user)
    return { user, findings: about, root: isUnasked ? 'sudo, no password' : way && climb(way) }
  })
}

function climb({ user, root, rootGroups }: WayIn): string | undefined {
  if (user === 'root') return 'is root'
  if (root !== 'no') return root === 'asks for nothing' ? 'sudo, no password' : 'sudo, password'
  return rootGroups.length === 0 ? undefined : `group ${rootGroups.map(({ name }) => name).join(', ')}`
}
