import type { Tree } from '../../storage/tree/tree.ts'
import type { Accounts, PasswdEntry } from '../formats/accounts.ts'
import type { Release } from '../inspect/inventory.ts'
import type { ReturnCode } from './return-codes.ts'
import type { Phase } from './stack.ts'

/** One call of PAM, as the program that makes it sets it up. */
export interface Transaction {
  readonly root: Tree
  readonly release: Release
  readonly accounts: Accounts
  /** Days since 1970. */
  readonly today: number
  readonly service: string
  /** PAM_USER: who is to be let in; for `su` whom the caller wants to become. */
  readonly user: PasswdEntry
  /** Who runs the program (getuid): root for daemons. */
  readonly caller: PasswdEntry
  /** PAM_TTY, without `/dev/`. */
  readonly tty: string
  /** PAM_RHOST: the address of the client; undefined: a local log-in. */
  readonly rhost: string | undefined
  /** What is typed where a password is asked for. */
  readonly password: 'right' | 'wrong'
  /** PAM_DISALLOW_NULL_AUTHTOK */
  readonly refusesEmptyPasswords: boolean
  /** The start of the device takes /etc/nologin away. */
  readonly losesNologin: boolean
}

/** What a module answers; several codes: which of them cannot be known. */
export interface Answer {
  readonly codes: readonly ReturnCode[]
  /** The line or file that made it so, where it is not the line of the stack. */
  readonly at?: { readonly file: string; readonly line: number | undefined }
  /** A clause: what stands there and what it does. */
  readonly because?: string
}

export type Judge = (transaction: Transaction, args: readonly string[], phase: Phase) => Answer

/** What a module does in each phase; a phase that it lacks is `module_unknown`. */
export type Module = Readonly<Partial<Record<Phase, Judge>>>

/** The value of an argument `NAME=value`, the last one of several. */
export function argument(args: readonly string[], name: string): string | undefined {
  return args.findLast((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1)
}

/** Is the user in the group, by its gid or as a member (pam_modutil_user_in_group_nam_nam)? */
export function isMember(accounts: Accounts, user: PasswdEntry, groupName: string): boolean {
  const group = accounts.group.find(({ name }) => name === groupName)
  return group !== undefined && (group.gid === user.gid || group.members.includes(user.name))
}
