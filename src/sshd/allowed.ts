import type { Accounts, PasswdEntry } from '../formats/accounts.ts'
import type { Tree } from '../tree/tree.ts'
import type { SshdEffective } from './effective.ts'
import type { Connection } from './match.ts'
import { matchPattern, matchUser } from './patterns.ts'

/** Names of all groups of a user, the primary one first. */
export function groupsOf(accounts: Accounts, user: PasswdEntry): readonly string[] {
  const primary = accounts.group.filter((group) => group.gid === user.gid)
  const others = accounts.group.filter((group) => group.gid !== user.gid && group.members.includes(user.name))
  return [...primary, ...others].map((group) => group.name)
}

/**
 * Why sshd turns this user away before any key or password counts (auth.c, allowed_user); undefined: it does not.
 * The order of the checks is sshd's own, so that the reason is the one its log would give.
 */
export function refusal(
  root: Tree,
  accounts: Accounts,
  effective: SshdEffective,
  connection: Connection,
): string | undefined {
  const { user, groups, address, host = address } = connection
  const account = accounts.passwd.find((entry) => entry.name === user)
  if (account === undefined) return `there is no user ${user}`
  if (effective.refuseConnection) return `RefuseConnection is on${place(effective, 'RefuseConnection')}`
  const password = accounts.shadow.find((entry) => entry.name === user)?.password ?? account.password
  if (!effective.usePam && password.startsWith('!')) {
    return `UsePAM is off${place(effective, 'UsePAM')} and the password of ${user} is locked with "!"`
  }
  const shell = account.shell === '' ? '/bin/sh' : account.shell
  const entry = root.lstat(root.resolve(shell))
  if (entry?.kind !== 'file' || (entry.mode & 0o111) === 0) return `the shell ${shell} of ${user} is not a program`
  const names = (patterns: readonly string[]) => patterns.some((pattern) => matchUser(user, host, address, pattern))
  const member = (patterns: readonly string[]) =>
    groups.some((group) => patterns.some((pattern) => matchPattern(group, pattern)))
  if (names(effective.denyUsers)) return `DenyUsers names ${user}${place(effective, 'DenyUsers')}`
  if (effective.allowUsers.length > 0 && !names(effective.allowUsers)) {
    return `AllowUsers does not name ${user}${place(effective, 'AllowUsers')}`
  }
  if (member(effective.denyGroups)) return `DenyGroups names a group of ${user}${place(effective, 'DenyGroups')}`
  if (effective.allowGroups.length > 0 && !member(effective.allowGroups)) {
    return `AllowGroups names no group of ${user}${place(effective, 'AllowGroups')}`
  }
  if (account.uid === 0 && effective.permitRootLogin === 'no') {
    return `PermitRootLogin is no${place(effective, 'PermitRootLogin')}`
  }
  return undefined
}

/** ` (file:line)` of the line that set a keyword, or nothing. */
export function place(effective: SshdEffective, keyword: string): string {
  const at = effective.at(keyword)
  return at === undefined ? '' : ` (${at.file}:${at.line})`
}
