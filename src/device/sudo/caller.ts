import { remembered } from '../../base/remembered.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { groupEntries } from '../formats/account-index.ts'
import type { Accounts, PasswdEntry } from '../formats/accounts.ts'

/** Who calls sudo, and where. */
export interface Caller {
  readonly user: string
  readonly uid: number
  /** Names of the user's groups, the primary one among them. */
  readonly groups: readonly string[]
  /** Their numbers, as far as they are known. */
  readonly gids: readonly number[]
  readonly hostname: string
}

export function callerOf(accounts: Accounts, user: PasswdEntry, hostname: string): Caller {
  const { primary, others } = groupEntries(accounts, user)
  const own = [...primary, ...others]
  const gids = [user.gid, ...own.map((one) => one.gid)]
  return { user: user.name, uid: user.uid, groups: own.map((one) => one.name), gids: [...new Set(gids)], hostname }
}

/** The name in /etc/hostname; empty when there is none. Every account asks. */
export const hostnameOf = remembered((root: Tree): string => {
  const text = new TextDecoder().decode(root.read('/etc/hostname') ?? new Uint8Array())
  return (text.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '').trim()
})
