import type { Tree } from '../../storage/tree/tree.ts'

/** One line of /etc/passwd (passwd(5)). */
export interface PasswdEntry {
  readonly name: string
  readonly password: string
  readonly uid: number
  readonly gid: number
  readonly gecos: string
  readonly home: string
  readonly shell: string
}

/** One line of /etc/group (group(5)). */
export interface GroupEntry {
  readonly name: string
  readonly password: string
  readonly gid: number
  readonly members: readonly string[]
}

/** One line of /etc/shadow (shadow(5)); the day counts stay text, for empty differs from 0. */
export interface ShadowEntry {
  readonly name: string
  readonly password: string
  readonly rest: readonly string[]
}

export interface Accounts {
  readonly passwd: readonly PasswdEntry[]
  readonly group: readonly GroupEntry[]
  readonly shadow: readonly ShadowEntry[]
}

/** Reads the three account files of a tree; missing files are empty. Comments and NIS entries (`+`, `-`) are skipped. */
export function readAccounts(root: Tree): Accounts {
  return {
    passwd: fields(root, '/etc/passwd', 7).map(([name, password, uid, gid, gecos, home, shell]) => ({
      name: name as string,
      password: password as string,
      uid: Number(uid),
      gid: Number(gid),
      gecos: gecos as string,
      home: home as string,
      shell: shell as string,
    })),
    group: fields(root, '/etc/group', 4).map(([name, password, gid, members]) => ({
      name: name as string,
      password: password as string,
      gid: Number(gid),
      members: (members as string).split(',').filter((m) => m !== ''),
    })),
    shadow: fields(root, '/etc/shadow', 9).map(([name, password, ...rest]) => ({
      name: name as string,
      password: password as string,
      rest,
    })),
  }
}

/** A number that is free on the device. */
const UNKNOWN = -1

/** The accounts with further members of groups; a group that is not there yet gets a number that nobody knows. */
export function withJoined(
  accounts: Accounts,
  added: readonly { readonly user: string; readonly group: string }[],
): Accounts {
  const known = new Set(accounts.passwd.map(({ name }) => name))
  const joining = added.filter(({ user }) => known.has(user))
  if (joining.length === 0) return accounts
  const names = [...accounts.group.map(({ name }) => name), ...joining.map(({ group }) => group)]
  return {
    ...accounts,
    group: [...new Set(names)].map((name) => {
      const before = accounts.group.find((group) => group.name === name)
      const joined = joining.flatMap(({ user, group }) => (group === name ? [user] : []))
      const members = [...new Set([...(before?.members ?? []), ...joined])]
      return { name, password: before?.password ?? '!', gid: before?.gid ?? UNKNOWN, members }
    }),
  }
}

function fields(root: Tree, path: string, count: number): string[][] {
  const bytes = root.read(path)
  if (bytes === undefined) return []
  return new TextDecoder()
    .decode(bytes)
    .split('\n')
    .filter((line) => !/^[#+-]/.test(line))
    .map((line) => line.split(':'))
    .filter((parts) => parts.length === count)
}
