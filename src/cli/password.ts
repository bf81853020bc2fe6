import { saltOf, sha512crypt } from '../formats/sha512crypt.ts'

/** 20 times the default of SHA-crypt. Each sudo pays for it, so not the half million that keeps a slow board for seconds. */
export const ROUNDS = 100_000

/** What crypt(3) of libxcrypt takes (CRYPT_MAX_PASSPHRASE_SIZE). */
const MAX_BYTES = 511

/** Why a password cannot be used; undefined: it can. */
export function passwordFault(password: string): string | undefined {
  if (password === '') return 'the password is empty'
  if (/\p{Cc}/u.test(password)) return 'the password holds a control character, which no login prompt takes'
  return Buffer.byteLength(password) > MAX_BYTES ? `the password is longer than ${MAX_BYTES} bytes` : undefined
}

/** @param random 12 bytes of randomness for the salt */
export function hashOf(password: string, random: Uint8Array, rounds = ROUNDS): string {
  return sha512crypt(password, saltOf(random), rounds)
}
