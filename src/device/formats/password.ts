import { shadowEntry } from './account-index.ts'
import type { Accounts, PasswdEntry, ShadowEntry } from './accounts.ts'
import { isVerifiable } from './crypt-hash.ts'

/** `none`: no password can match (`*`, a word that is not a hash); `locked`: `!`; `empty`: nothing need be typed. */
export type PasswordState = 'usable' | 'locked' | 'none' | 'empty'

/**
 * What a password of this account can do. /etc/shadow is read only where the password field of /etc/passwd says `x`, or
 * `##NAME`; anything else is itself the hash (pam_unix, is_pwd_shadowed).
 */
export function passwordOf(accounts: Accounts, user: PasswdEntry): PasswordState {
  const shadow = shadowOf(accounts, user)
  if (shadow === 'missing') return 'none'
  const field = shadow?.password ?? user.password
  if (field === '') return 'empty'
  if (field.startsWith('!')) return 'locked'
  return isVerifiable(field) ? 'usable' : 'none'
}

/** The entry in /etc/shadow; `missing`: /etc/passwd refers to one that is not there; undefined: it refers to none. */
export function shadowOf(accounts: Accounts, user: PasswdEntry): ShadowEntry | 'missing' | undefined {
  if (user.password !== 'x' && user.password !== `##${user.name}`) return undefined
  return shadowEntry(accounts, user.name) ?? 'missing'
}
