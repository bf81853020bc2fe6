import type { WayIn } from '../../access/prove.ts'
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

/** Whether a finding belongs to its accounts, and not to a way that leads there. */
export function isOfAccount({ rule, users }: AuditFinding): boolean {
  return (rule === 'default-password' || rule === 'root-unasked') && users.length > 0
}

/** The accounts in the order in which ways lead to them. */
export function accountsOf({ findings, proof }: Audit): readonly Account[] {
  const own = findings.filter(isOfAccount)
  const ledTo = findings.filter(({ rule }) => rule === 'console-unasked').flatMap((one) => one.users)
  const users = new Set([...proof.intruders.map(({ user }) => user), ...ledTo, ...own.flatMap((one) => one.users)])
  return [...users].map((user) => {
    const about = own.filter((one) => one.users.includes(user))
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
