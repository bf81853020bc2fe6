import type { Tree } from '../../storage/tree/tree.ts'
import { passwdEntry } from '../formats/account-index.ts'
import { readAccounts } from '../formats/accounts.ts'

/** The home of an account; undefined: there is no such account. */
export function homeOf(root: Tree, user: string): string | undefined {
  return passwdEntry(readAccounts(root), user)?.home
}
