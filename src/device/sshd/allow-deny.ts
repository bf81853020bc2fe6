import type { Tree } from '../../storage/tree/tree.ts'
import { groupEntries, passwdEntry, shadowEntry } from '../formats/account-index.ts'
import type { Accounts, PasswdEntry } from '../formats/accounts.ts'
import type { SshdEffective } from './effective.ts'
import type { Connection } from './match.ts'
import { matchPattern, matchUser } from './patterns.ts'
import type { SourceLine } from './source-line.ts'

/** Names of all groups of a user, the primary one first. */
export function groupsOf(accounts: Accounts, user: PasswdEntry): readonly string[] {
  const { primary, others } = groupEntries(accounts, user)
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
  const { user, groups, guess } = connection
  const account = passwdEntry(accounts, user)
  if (account === undefined) return `there is no user ${user}`
  if (effective.refuseConnection) return `RefuseConnection is on${lineOf(effective, 'RefuseConnection')}`
  const password = shadowEntry(accounts, user)?.password ?? account.password
  if (!effective.usePam && password.startsWith('!')) {
    return `UsePAM is off${lineOf(effective, 'UsePAM')} and the password of ${user} is locked with "!"`
  }
  const shell = account.shell === '' ? '/bin/sh' : account.shell
  const entry = root.lstat(root.resolve(shell))
  if (entry?.kind !== 'file' || (entry.mode & 0o111) === 0) return `the shell ${shell} of ${user} is not a program`
  const names = (keyword: 'AllowUsers' | 'DenyUsers', patterns: readonly string[]) =>
    patterns.some((pattern) => {
      const at = effective.at(keyword) as SourceLine
      return matchUser(user, connection, pattern) ?? guess?.({ text: `${keyword} ${pattern}`, at }) ?? false
    })
  const member = (patterns: readonly string[]) =>
    groups.some((group) => patterns.some((pattern) => matchPattern(group, pattern)))
  if (names('DenyUsers', effective.denyUsers)) return `DenyUsers names ${user}${lineOf(effective, 'DenyUsers')}`
  if (effective.allowUsers.length > 0 && !names('AllowUsers', effective.allowUsers)) {
    return `AllowUsers does not name ${user}${lineOf(effective, 'AllowUsers')}`
  }
  if (member(effective.denyGroups)) return `DenyGroups names a group of ${user}${lineOf(effective, 'DenyGroups')}`
  if (effective.allowGroups.length > 0 && !member(effective.allowGroups)) {
    return `AllowGroups names no group of ${user}${lineOf(effective, 'AllowGroups')}`
  }
  if (account.uid === 0 && effective.permitRootLogin === 'no') {
    return `PermitRootLogin is no${lineOf(effective, 'PermitRootLogin')}`
  }
  return undefined
}

/** ` (file:line)` of the line that set a keyword, or nothing. */
export function lineOf(effective: SshdEffective, keyword: string): string {
  const at = effective.at(keyword)
  return at === undefined ? '' : ` (${at.file}:${at.line})`
}
