import type { Origin } from '../../base/report/origin.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { AccountFile, type AccountFileName, accountFiles } from './account-files.ts'

/** login.defs of Debian: UID_MIN, UID_MAX, SUB_UID_MIN, SUB_UID_COUNT; the same for groups. */
export const FIRST_ID = 1000

export const LAST_ID = 60_000
/** SYS_GID_MAX, SYS_GID_MIN: groupadd(8) takes the highest free one for a group of the system. */
const LAST_SYSTEM_ID = 999
const FIRST_SYSTEM_ID = 100
const FIRST_SUBORDINATE = 100_000
const SUBORDINATES = 65_536

/** The account files of one root, edited together: what useradd, userdel and usermod keep in step. */
export class AccountLedger {
  /** Those that the root has; a root without gshadow or subuid gets none. */
  readonly files: ReadonlyMap<AccountFileName, AccountFile>
  readonly #reserved: ReadonlySet<number>

  /** @param reserved numbers that are given to nobody who asks for any free one */
  constructor(root: Tree, reserved: readonly number[] = []) {
    this.#reserved = new Set(reserved)
    this.files = new Map(
      (Object.keys(accountFiles) as AccountFileName[]).flatMap((name) => {
        const content = root.read(accountFiles[name].path)
        return content === undefined ? [] : [[name, new AccountFile(name, content)]]
      }),
    )
  }

  /** The fields of a user's or group's entry. */
  get(file: AccountFileName, name: string): readonly string[] | undefined {
    return this.files.get(file)?.get(name)
  }

  set(file: AccountFileName, fields: readonly string[], origin?: Origin): void {
    this.files.get(file)?.set(fields, origin)
  }

  /** Gives an entry that stays as it is its reason. */
  mark(file: AccountFileName, name: string, origin: Origin): void {
    this.files.get(file)?.mark(name, origin)
  }

  /**
   * The lowest number from 1000 on that is neither a user's nor a group's.
   * @param left how many such numbers are left for others
   */
  freeId(left = 0): number {
    let id = FIRST_ID
    for (let skipped = 0; this.#isTaken(id) || skipped < left; id += 1) if (!this.#isTaken(id)) skipped += 1
    return id
  }

  /** The highest number below 1000 that is neither a user's nor a group's; undefined: none is left. */
  freeSystemId(): number | undefined {
    let id = LAST_SYSTEM_ID
    while (id >= FIRST_SYSTEM_ID && this.#isTaken(id)) id -= 1
    return id < FIRST_SYSTEM_ID ? undefined : id
  }

  /** Who has a number, in words; undefined: nobody. */
  ownerOf(id: number): string | undefined {
    const named = (file: 'passwd' | 'group') => this.#entries(file).find((fields) => Number(fields[2]) === id)?.[0]
    const [account, group] = [named('passwd'), named('group')]
    if (account !== undefined) return `the account '${account}'`
    return group === undefined ? undefined : `the group '${group}'`
  }

  /** Makes a group without members. */
  addGroup(name: string, gid: number, origin: Origin): void {
    this.set('group', [name, 'x', String(gid), ''], origin)
    this.set('gshadow', [name, '!', '', ''], origin)
  }

  /** Takes a user out of every file: with the group of the same name unless others use it, and all memberships. */
  removeUser(name: string): void {
    const gid = this.get('passwd', name)?.[3]
    for (const file of ['passwd', 'shadow', 'subuid', 'subgid'] as const) this.files.get(file)?.remove(name)
    this.leaveAll(name)
    const own = this.get('group', name)
    const used = own?.[3] !== '' || this.#entries('passwd').some((fields) => fields[3] === own[2])
    if (own !== undefined && own[2] === gid && !used) {
      for (const file of ['group', 'gshadow'] as const) this.files.get(file)?.remove(name)
    }
  }

  /** Puts a user into a group that exists. */
  join(user: string, group: string, origin: Origin): void {
    for (const file of ['group', 'gshadow'] as const) {
      const fields = this.get(file, group)
      if (fields === undefined) continue
      const members = list(fields[3])
      if (members.includes(user)) this.mark(file, group, origin)
      else this.set(file, [...fields.slice(0, 3), [...members, user].join(',')], origin)
    }
  }

  /** Takes a user out of every group's members, except those of `kept`, and out of gshadow's administrators. */
  leaveAll(user: string, kept: (group: string) => boolean = () => false): void {
    for (const file of ['group', 'gshadow'] as const) {
      for (const fields of this.#entries(file)) {
        if (kept(fields[0] as string)) continue
        // In group the third field is the gid, in gshadow the administrators (gshadow(5)).
        const third = file === 'gshadow' ? without(fields[2], user) : (fields[2] as string)
        const members = without(fields[3], user)
        if (third !== fields[2] || members !== fields[3])
          this.set(file, [fields[0] as string, fields[1] as string, third, members])
      }
    }
  }

  /** Gives a user ranges of subordinate ids, as useradd does: the lowest that overlap nobody's. */
  addSubordinates(name: string, origin: Origin): void {
    for (const file of ['subuid', 'subgid'] as const) {
      if (this.get(file, name) !== undefined) {
        this.mark(file, name, origin)
        continue
      }
      const ranges = this.#entries(file).map(([, start, count]) => ({ start: Number(start), count: Number(count) }))
      let start = FIRST_SUBORDINATE
      for (const range of ranges.sort((a, b) => a.start - b.start)) {
        const overlaps = range.start < start + SUBORDINATES && start < range.start + range.count
        if (overlaps) start = range.start + range.count
      }
      this.set(file, [name, String(start), String(SUBORDINATES)], origin)
    }
  }

  #isTaken(id: number): boolean {
    return this.#reserved.has(id) || this.ownerOf(id) !== undefined
  }

  #entries(file: AccountFileName): readonly (readonly string[])[] {
    return this.files.get(file)?.entries() ?? []
  }
}

function list(field: string | undefined): string[] {
  return (field ?? '').split(',').filter((name) => name !== '')
}

/** The comma-separated field without `name`; unchanged text when it is not in it. */
function without(field: string | undefined, name: string): string {
  const names = list(field)
  return names.includes(name) ? names.filter((other) => other !== name).join(',') : (field ?? '')
}
