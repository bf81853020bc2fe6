import { judgeCryptHash } from '../../../device/formats/crypt-hash.ts'
import { isReservedName } from '../reserved-names.ts'
import { checked, shaped } from '../values.ts'

/** Values about accounts: names, patterns of them, hashes. */

const USER_NAME = /^[a-z_][a-z0-9_-]{0,30}$/

export const userName = (description: string) =>
  checked((name) => {
    if (!USER_NAME.test(name)) {
      return {
        code: 'USR001',
        predicate: 'is not a user name',
        hint: 'a lower-case letter or _, then up to 30 of a-z 0-9 _ -',
      }
    }
    if (isReservedName(name))
      return {
        code: 'USR002',
        predicate: `must not be '${name}', which is an account of the system`,
        hint: 'choose another name',
      }
    return undefined
  }, description)

export const accountName = (description: string) =>
  shaped(
    USER_NAME,
    {
      code: 'USR001',
      predicate: 'is not a user or group name',
      hint: 'a lower-case letter or _, then up to 30 of a-z 0-9 _ -',
    },
    description,
  )

export const groupName = (description: string) =>
  shaped(
    USER_NAME,
    {
      code: 'USR008',
      predicate: 'is not a group name',
      hint: 'a lower-case letter or _, then up to 30 of a-z 0-9 _ -',
    },
    description,
  )

/** As sshd_config(5) PATTERNS, `user` or `user@host`; no spaces, no quotes. */
export const userPattern = (description: string) =>
  shaped(
    /^[a-z_*?][a-z0-9_.*?-]{0,31}(@[!0-9A-Za-z.:*?/_-]{1,255})?$/,
    { code: 'SSH002', predicate: 'is not a user name or a pattern user@host', hint: 'one name an entry' },
    description,
  )

/** A name in a certificate; sshd takes the last word of a line for it, and `#` begins a comment (auth2-pubkeyfile.c). */
export const principal = (description: string) =>
  shaped(
    /^[A-Za-z0-9_][A-Za-z0-9_.@:+/-]{0,127}$/,
    { code: 'SSH008', predicate: 'is not a name for certificates', hint: 'letters, digits and _ . @ : + / -' },
    description,
  )

export const passwordHash = (description: string) =>
  checked((hash) => {
    const complaint = judgeCryptHash(hash)
    if (complaint === undefined) return undefined
    return {
      code: complaint.weak ? 'USR004' : 'USR003',
      predicate: complaint.message,
      hint: 'make one with: pibake hash-password',
    }
  }, description)
