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

/** Accounts whose password is one of those that everybody knows, as far as its hash is SHA512-crypt. */
export const defaultPasswords: Auditor = ({ device: { accounts }, stockUser }) =>
  accounts.passwd.flatMap((user): readonly Sighting[] => {
    const shadow = shadowOf(accounts, user)
    const hash = shadow === 'missing' ? '' : (shadow?.password ?? user.password)
    const [, said = '5000', salt] = /^\$6\$(?:rounds=(\d+)\$)?([./0-9A-Za-z]{1,16})\$/.exec(hash) ?? []
    const rounds = Math.max(1000, Number(said))
    if (salt === undefined || rounds > MOST_ROUNDS) return []
    const end = hash.slice(hash.lastIndexOf('$'))
    const isHis = (word: string) => sha512crypt(word, salt, rounds).endsWith(end)
    if (![user.name, ...KNOWN].some(isHis)) return []
    return [
      {
        rule: 'default-password',
        subject: user.name,
        at: { file: '/etc/shadow', line: undefined },
        because: `${user.name} has a password that is published`,
        cure:
          user.name === stockUser
            ? undefined
            : { cannot: `give ${user.name} another password in the image, or none: usermod -L ${user.name}` },
      },
    ]
  })
