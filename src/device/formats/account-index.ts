import { grouped } from '../../base/grouped.ts'
import type { Accounts, GroupEntry, PasswdEntry, ShadowEntry } from './accounts.ts'

interface Index {
  readonly byName: ReadonlyMap<string, PasswdEntry>
  readonly byUid: ReadonlyMap<number, readonly PasswdEntry[]>
  readonly byPrimaryGid: ReadonlyMap<number, readonly PasswdEntry[]>
  readonly shadow: ReadonlyMap<string, ShadowEntry>
  readonly byGid: ReadonlyMap<number, readonly GroupEntry[]>
  readonly byMember: ReadonlyMap<string, readonly GroupEntry[]>
}

/** Every reader asks for every account, and an image may have twenty thousand. */
const known = new WeakMap<Accounts, Index>()

/** The first entry of a name in /etc/passwd. */
export function passwdEntry(accounts: Accounts, name: string): PasswdEntry | undefined {
  return indexOf(accounts).byName.get(name)
}

/** Every name of a number in /etc/passwd. */
export function usersWithUid(accounts: Accounts, uid: number): readonly PasswdEntry[] {
  return indexOf(accounts).byUid.get(uid) ?? []
}

/** Who has a group as the primary one. */
export function usersWithGid(accounts: Accounts, gid: number): readonly PasswdEntry[] {
  return indexOf(accounts).byPrimaryGid.get(gid) ?? []
}

/** The first entry of a number in /etc/group. */
export function groupWithGid(accounts: Accounts, gid: number): GroupEntry | undefined {
  return indexOf(accounts).byGid.get(gid)?.[0]
}

/** The first entry of a name in /etc/shadow. */
export function shadowEntry(accounts: Accounts, name: string): ShadowEntry | undefined {
  return indexOf(accounts).shadow.get(name)
}

/** The groups of a user: the primary one (it may have several names) and those that name the user as a member. */
export function groupEntries(
  accounts: Accounts,
  { name, gid }: Pick<PasswdEntry, 'name' | 'gid'>,
): { readonly primary: readonly GroupEntry[]; readonly others: readonly GroupEntry[] } {
  const { byGid, byMember } = indexOf(accounts)
  return {
    primary: byGid.get(gid) ?? [],
    others: (byMember.get(name) ?? []).filter((group) => group.gid !== gid),
  }
}

function indexOf(accounts: Accounts): Index {
  const found = known.get(accounts) ?? made(accounts)
  known.set(accounts, found)
  return found
}

function made({ passwd, shadow, group }: Accounts): Index {
  return {
    byName: firstByName(passwd),
    byUid: grouped(passwd, ({ uid }) => [uid]),
    byPrimaryGid: grouped(passwd, ({ gid }) => [gid]),
    shadow: firstByName(shadow),
    byGid: grouped(group, ({ gid }) => [gid]),
    byMember: grouped(group, ({ members }) => [...new Set(members)]),
  }
}

/** Of several entries the first counts, as in getpwnam(3) and getspnam(3). */
function firstByName<T extends { readonly name: string }>(entries: readonly T[]): ReadonlyMap<string, T> {
  return new Map([...entries].reverse().map((entry) => [entry.name, entry]))
}
