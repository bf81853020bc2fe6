import { shadowOf } from '../../../device/formats/password.ts'
import { sha512crypt } from '../../../device/formats/sha512crypt.ts'
import type { Auditor, Sighting } from '../finding.ts'

/** What images for the Raspberry Pi have been published with, and what is tried first everywhere; beside the account's own name. */
const KNOWN = [
  'raspberry',
  'raspberrypi',
  'password',
  'admin',
  'root',
  'toor',
  '1234',
  '12345678',
  'changeme',
  'dietpi',
  'osmc',
  'openhabian',
  'retropie',
  'ubuntu',
  'kali',
  'alarm',
  'linaro',
]

/** More rounds would make an audit as slow as a guess: crypt(5), 5000 unless it is said. */
const MOST_ROUNDS = 10_000

/** So many accounts with a hash has no Pi; each is tried. */
const MOST = 20

/** Hashes that a computer of today tries by the billion (crypt(5)): DES, MD5, NTLM, and their kin. */
const QUICK = /^(?:[./0-9A-Za-z]{13}|_.{19}|\$1\$.*|\$3\$.*|\$md5.*|\$sha1\$.*)$/

/** Accounts whose password is one of those that everybody knows, or whose hash is soon tried. */
export const defaultPasswords: Auditor = ({ device: { accounts }, stockUser, wordBehind }) => {
  const hashed = accounts.passwd.flatMap((user) => {
    const shadow = shadowOf(accounts, user)
    const hash = shadow === 'missing' ? '' : (shadow?.password ?? user.password)
    return /^(?:\$.+|[./0-9A-Za-z]{13}|_.{19})$/.test(hash) ? [{ name: user.name, hash }] : []
  })
  return hashed.slice(0, MOST).flatMap(({ name, hash }): readonly Sighting[] => {
    const words = [name, ...KNOWN]
    const word = hash.startsWith('$6$') ? wordOfSha512(hash, words) : wordBehind(hash, words)
    const at = { file: '/etc/shadow', line: undefined }
    const cure =
      name === stockUser
        ? undefined
        : { cannot: `give ${name} another password in the image, or none: usermod -L ${name}` }
    if (word !== undefined) {
      return [
        {
          rule: 'default-password',
          subject: name,
          users: [name],
          at,
          because: `${name} has a password that is published`,
          cure,
        },
      ]
    }
    if (!QUICK.test(hash)) return []
    const because = `the hash of ${name}’s password is of a kind that is tried by the billion`
    return [{ rule: 'weak-hash', subject: name, users: [name], at, because, cure }]
  })
}

function wordOfSha512(hash: string, words: readonly string[]): string | undefined {
  const [, said = '5000', salt] = /^\$6\$(?:rounds=(\d+)\$)?([./0-9A-Za-z]{1,16})\$/.exec(hash) ?? []
  const rounds = Math.max(1000, Number(said))
  if (salt === undefined || rounds > MOST_ROUNDS) return undefined
  const end = hash.slice(hash.lastIndexOf('$'))
  return words.find((word) => sha512crypt(word, salt, rounds).endsWith(end))
}
