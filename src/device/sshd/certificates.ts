import type { Tree } from '../../storage/tree/tree.ts'
import type { PasswdEntry } from '../formats/accounts.ts'
import { type AuthorizedKeyEntry, parseAuthorizedKeys } from '../formats/authorized-keys.ts'
import { absolute, textAt } from './files.ts'
import { fileOfUser } from './strict-modes.ts'

const isNone = (value: string | undefined) => value === undefined || value.toLowerCase() === 'none'

/** The keys of authorities in a file that TrustedUserCAKeys names. */
export function authoritiesIn(root: Tree, value: string | undefined): readonly AuthorizedKeyEntry[] {
  return value === undefined || isNone(value) ? [] : parseAuthorizedKeys(textAt(root, absolute(value)) ?? '')
}

/** The names of which a certificate has to bear one to be good for an account. */
export interface Principals {
  readonly names: readonly string[]
  /** Where they stand; undefined: the account's own name counts. */
  readonly file: string | undefined
}

/**
 * As sshd reads AuthorizedPrincipalsFile (auth2-pubkeyfile.c, auth_check_principals_line): of each line the last word;
 * options stand before it, and `#` begins a comment.
 */
export function principalsOf(root: Tree, user: PasswdEntry, value: string | undefined): Principals {
  if (value === undefined || isNone(value)) return { names: [user.name], file: undefined }
  const file = fileOfUser(user, value)
  const lines = (textAt(root, file) ?? '').split('\n').map((line) => line.replace(/#.*/, '').trim())
  return { names: lines.flatMap((line) => line.split(/[ \t]+/).at(-1) || []), file }
}
