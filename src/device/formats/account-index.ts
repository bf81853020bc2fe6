import type { Accounts, GroupEntry, PasswdEntry, ShadowEntry } from './accounts.ts'

interface Index {
  readonly shadow: ReadonlyMap<string, ShadowEntry>
  readonly byGid: ReadonlyMap<number, readonly GroupEntry[]>
  readonly byMember: ReadonlyMap<string, readonly GroupEntry[]>
}

/** Every reader asks for every account, and an image may have twenty thousand. */
const known = new WeakMap<Accounts, Index>()

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

function made({ shadow, group }: Accounts): Index {
  const byMember = new Map<string, GroupEntry[]>()
  for (const one of group)
    for (const name of new Set(one.members)) byMember.set(name, [...(byMember.get(name) ?? []), one])
  const byGid = new Map<number, GroupEntry[]>()
  for (const one of group) byGid.set(one.gid, [...(byGid.get(one.gid) ?? []), one])
  // Of several entries the first counts, as in getspnam(3).
  return { shadow: new Map([...shadow].reverse().map((entry) => [entry.name, entry])), byGid, byMember }
}
