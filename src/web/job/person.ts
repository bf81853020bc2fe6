import { readPublicKey } from '../../device/formats/mistaken-key.ts'
import { hashOf, passwordFault, passwordWeakness } from '../../device/formats/plain-password.ts'

/** What is wrong with what somebody has typed, and what to do. */
export interface Fault {
  readonly fault: string
  readonly hint?: string
}

/** The line of a `.pub` file as a spec takes it; of anything else what it is, and nothing of its text. */
export function readKey(text: string): { readonly line: string; readonly fingerprint: string } | Fault {
  const key = readPublicKey(text.trim())
  if ('reason' in key) return { fault: `the text ${key.message}`, hint: key.hint }
  const { type, blob, comment, fingerprint } = key
  return { line: `${type} ${blob} ${comment}`.trim(), fingerprint }
}

/**
 * SHA512-crypt of a password, which stays in this process.
 *
 * @param user the name that it is for
 * @param random 12 bytes
 */
export function hashPassword({
  password,
  user,
  random,
}: {
  readonly password: string
  readonly user: string
  readonly random: Uint8Array
}): { readonly hash: string } | Fault {
  const fault = passwordFault(password) ?? passwordWeakness(password, user)
  return fault === undefined ? { hash: hashOf(password, random) } : { fault }
}
