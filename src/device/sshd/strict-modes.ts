import type { Entry, Tree } from '../../storage/tree/tree.ts'
import { groupWithGid, usersWithGid, usersWithUid } from '../formats/account-index.ts'
import type { Accounts, PasswdEntry } from '../formats/accounts.ts'
import { permits } from '../formats/permissions.ts'
import type { Release } from '../inspect/inventory.ts'
import { entryAt } from './files.ts'
import { globInside } from './glob.ts'

/**
 * Why sshd would not read this authorized_keys file of a user (misc.c, safe_path, with Debian's user-group-modes patch;
 * and the file is opened as that user); undefined: it would. A file that is not there is no refusal.
 *
 * @param strict StrictModes; without it only the user's own permission to read counts
 */
export function keysFileRefusal(
  root: Tree,
  accounts: Accounts,
  user: PasswdEntry,
  file: string,
  strict: boolean,
): string | undefined {
  const entry = entryAt(root, file)
  if (entry === undefined) return undefined
  const path = root.resolve(file)
  if (entry.kind !== 'file') return `${path} is not a regular file`
  if (!permits(entry, user, accounts, 0o4)) return `${user.name} may not read ${path}`
  const home = root.resolve(user.home)
  for (let place = parent(path); ; place = parent(place)) {
    const directory = root.lstat(place)
    if (directory?.kind === 'directory' && !permits(directory, user, accounts, 0o1)) {
      return `${user.name} may not enter ${place}`
    }
    if (place === '/') break
  }
  if (!strict) return undefined
  for (let place = path; ; place = parent(place)) {
    const found = root.lstat(place)
    if (found === undefined || !isSecure(found, user, accounts)) return `others may write to ${place}`
    if (place === '/' || (place === home && place !== path)) return undefined
  }
}

/**
 * The files that AuthorizedKeysFile names for a user: `%h`, `%u`, `%U`, `%%`, relative to the home (sshd_config(5)); `~`
 * is root's home for everybody. OpenSSH 10 takes each for a pattern of files (auth2-pubkey.c, user_key_allowed).
 */
export function keysFilesOf(
  root: Tree,
  release: Release,
  user: PasswdEntry,
  patterns: readonly string[],
): readonly string[] {
  return patterns
    .filter((pattern) => pattern.toLowerCase() !== 'none')
    .flatMap((pattern) => {
      const path = fileOfUser(user, pattern)
      return release === 'trixie' && /[*?[]/.test(path) ? globInside(root, path) : [path]
    })
}

/** The file of a user that a pattern names: `%h`, `%u`, `%U`, `%%`, relative to the home. */
export function fileOfUser(user: PasswdEntry, pattern: string): string {
  const values: Readonly<Record<string, string>> = { h: user.home, u: user.name, U: String(user.uid), '%': '%' }
  const name = pattern.replace(/^~\//, '/root/').replace(/%(.)/g, (token, letter) => values[letter] ?? token)
  return (name.startsWith('/') ? name : `${user.home}/${name}`).replace(/\/{2,}/g, '/')
}

/** Owned by the user or root, nobody else may write; a group may if the user is its only member. */
function isSecure(entry: Entry, user: PasswdEntry, accounts: Accounts): boolean {
  if (!('mode' in entry) || (entry.uid !== 0 && entry.uid !== user.uid) || (entry.mode & 0o002) !== 0) return false
  if ((entry.mode & 0o020) === 0) return true
  const group = groupWithGid(accounts, entry.gid)
  const [owner] = usersWithUid(accounts, entry.uid)
  if (group === undefined || owner === undefined) return false
  const primary = usersWithGid(accounts, group.gid)
  if (primary.some((p) => p.uid !== user.uid)) return false
  if (group.members.length > 0) return group.members.length === 1 && group.members[0] === owner.name
  return primary.length > 0
}

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}
