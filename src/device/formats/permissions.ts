import type { Entry } from '../../storage/tree/tree.ts'
import { groupWithGid } from './account-index.ts'
import type { Accounts, PasswdEntry } from './accounts.ts'

/** Whether the classic permission bits let `user` do `want` (4 read, 1 enter or run). */
export function permits(entry: Entry, user: PasswdEntry, accounts: Accounts, want: number): boolean {
  if (user.uid === 0) return true
  if (!('mode' in entry)) return false
  if (entry.uid === user.uid) return ((entry.mode >> 6) & want) === want
  const group = groupWithGid(accounts, entry.gid)
  const isMember = entry.gid === user.gid || (group?.members.includes(user.name) ?? false)
  return ((isMember ? entry.mode >> 3 : entry.mode) & want) === want
}
