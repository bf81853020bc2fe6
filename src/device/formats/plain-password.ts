import { utf8 } from '../../base/host/bytes.ts'
import { saltOf, sha512crypt } from './sha512crypt.ts'

/** 20 times the default of SHA-crypt. Each sudo pays for it, so not the half million that keeps a slow board for seconds. */
export const ROUNDS = 100_000

/** What crypt(3) of libxcrypt takes (CRYPT_MAX_PASSPHRASE_SIZE). */
const MAX_BYTES = 511

/** Why a password cannot be used; undefined: it can. */
export function passwordFault(password: string): string | undefined {
  if (password === '') return 'the password is empty'
  if (/\p{Cc}/u.test(password)) return 'the password holds a control character, which no login prompt takes'
  return utf8(password).length > MAX_BYTES ? `the password is longer than ${MAX_BYTES} bytes` : undefined
}

/** NIST SP 800-63B, 5.1.1.1. */
const LEAST = 8

/** Of that length and more: what is tried first, and what guides for these devices have; in lower case. */
const COMMON = new Set(
  `12121212 12341234 123123123 12345678 123456789 1234567890 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 87654321
  987654321 a1b2c3d4 aa123456 abc12345 abcd1234 abcdefgh access14 admin123 administrator asdfasdf asdfghjkl
  baseball basketball changeme changeit chocolate computer corvette defaultpassword dragon123 football football1
  iloveyou iloveyou1 internet jennifer letmein1 liverpool master123 mercedes michelle midnight monkey123 mustang1
  octoprint openhabian pass1234 passw0rd password password! password1 password12 password123 p@ssw0rd p@ssword
  pihole123 princess princess1 qazwsxedc qwer1234 qwerty12 qwerty123 qwertyuiop raspberry raspberry1 raspberry123
  raspberrypi raspbian secret123 starwars sunshine superman superman1 test1234 trustno1 user1234 welcome1 welcome123
  whatever zaq12wsx zxcvbnm1`.split(/\s+/),
)

/**
 * Why a password is guessed soon; undefined: it is none of the first that are tried.
 *
 * @param user the name that it is for, where that is known
 */
export function passwordWeakness(password: string, user?: string): string | undefined {
  const lower = password.toLowerCase()
  if ([...password].length < LEAST) return `the password has fewer than ${LEAST} characters`
  if (COMMON.has(lower)) return 'the password is one of the commonest, which are tried first'
  if (new Set(lower).size === 1) return 'the password is one character over and over'
  const rest = user === undefined || user === '' ? undefined : lower.replaceAll(user.toLowerCase(), '')
  return rest !== undefined && /^[\d!.]{0,4}$/.test(rest) ? "the password is the user's name" : undefined
}

/** @param random 12 bytes of randomness for the salt */
export function hashOf(password: string, random: Uint8Array, rounds = ROUNDS): string {
  return sha512crypt(password, saltOf(random), rounds)
}
