import { groupWithGid, usersWithUid } from '../../../device/formats/account-index.ts'
import type { PasswdEntry } from '../../../device/formats/accounts.ts'
import { permits } from '../../../device/formats/permissions.ts'
import { plainPath } from '../../../device/formats/plain-path.ts'
import { groupsOf } from '../../../device/sshd/allow-deny.ts'
import type { Entry } from '../../../storage/tree/tree.ts'
import type { FinishedDevice } from '../finished-device.ts'

/** The file, or the directory on the way to it, that an account can write or replace; undefined: there is none. */
export function writableBy({ root, accounts }: FinishedDevice, user: PasswdEntry, path: string): string | undefined {
  for (const place of placesOf(root.resolve(plainPath(path) ?? '/'))) {
    const entry = root.lstat(place)
    if (entry?.kind !== 'file' && entry?.kind !== 'directory') return undefined
    if (entry.uid === user.uid || (!isSticky(entry) && permits(entry, user, accounts, 0o2))) return place
  }
  return undefined
}

/** A file or directory on the way to one that others than root can write. */
export interface Hole {
  readonly place: string
  /** undefined: everybody. */
  readonly users: readonly string[] | undefined
}

/** Looks for holes on the way to many paths: each place is looked at once. */
export class Holes {
  readonly #device: FinishedDevice
  readonly #seen = new Map<string, Hole | 'none' | 'nothing'>()

  constructor(device: FinishedDevice) {
    this.#device = device
  }

  /** The first hole on the way to a path, links followed; undefined: only root can write there, or nothing is there. */
  on(path: string): Hole | undefined {
    for (const place of ['/', ...placesOf(this.#device.root.resolve(plainPath(path) ?? '/'))]) {
      const found = this.#seen.get(place) ?? this.#at(place)
      this.#seen.set(place, found)
      if (found === 'nothing') return undefined
      if (found !== 'none') return found
    }
    return undefined
  }

  #at(place: string): Hole | 'none' | 'nothing' {
    const entry = this.#device.root.lstat(place)
    if (entry?.kind !== 'file' && entry?.kind !== 'directory') return 'nothing'
    if ((entry.mode & 0o002) !== 0 && !isSticky(entry)) return { place, users: undefined }
    const { passwd } = this.#device.accounts
    const users = passwd.filter((user) => user.uid !== 0 && (entry.uid === user.uid || this.#byGroup(entry, user)))
    if (users.length > 0) return { place, users: users.map(({ name }) => name) }
    // Whoever gets this number one day.
    return entry.uid === 0 || usersWithUid(this.#device.accounts, entry.uid).length > 0
      ? 'none'
      : { place, users: [`uid ${entry.uid}`] }
  }

  #byGroup(entry: Entry & { readonly mode: number }, user: PasswdEntry): boolean {
    if ((entry.mode & 0o020) === 0 || entry.gid === 0 || isSticky(entry)) return false
    const name = groupWithGid(this.#device.accounts, entry.gid)?.name
    return user.gid === entry.gid || (name !== undefined && groupsOf(this.#device.accounts, user).includes(name))
  }
}

/** In a directory with the sticky bit only what is one's own can be replaced. */
function isSticky(entry: Entry): boolean {
  return entry.kind === 'directory' && (entry.mode & 0o1000) !== 0
}

/** `/a`, `/a/b`, … of `/a/b/…` */
function placesOf(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '')
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)
}
