import { blockedFile } from './blocked-file.ts'
import type { Context, Contribution, Control } from './control.ts'
import type { BlockLine } from './own-block.ts'

/** What accounts that are made on the device start with, and what new files of people are open to. */
export const loginDefaults: Control = { name: 'login defaults', compile }

const LOGIN_DEFS = '/etc/login.defs'
const USERADD = '/etc/default/useradd'
const SHELLS = ['/etc/profile', '/etc/bash.bashrc'] as const

const ENDED = 'an account whose password has ended is shut'

function compile(context: Context): Contribution {
  const { umask, passwords } = context.spec.hardening
  const { maxAge, minAge, warnAge, inactive, hashRounds } = passwords
  const because = (key: string, reason: string) => context.because(['hardening', 'passwords', key], reason)
  const line = (key: string, name: string, value: string | number | undefined, reason: string): BlockLine[] =>
    value === undefined ? [] : [{ text: `${name} ${value}`, origin: because(key, reason) }]
  const masked = context.because(['hardening', 'umask'], 'new files of people are not open to all')
  const mask: BlockLine[] = umask === undefined ? [] : [{ text: `UMASK ${umask}`, origin: masked }]
  const rounds = (name: string) => line('hashRounds', name, hashRounds, 'a hash that takes longer to try')
  const definitions = [
    ...mask,
    ...line('maxAge', 'PASS_MAX_DAYS', maxAge, 'passwords of later accounts end'),
    ...line('minAge', 'PASS_MIN_DAYS', minAge, 'a password is not changed back at once'),
    ...line('warnAge', 'PASS_WARN_AGE', warnAge, 'who has to change it is warned'),
    ...(hashRounds === undefined ? [] : line('hashRounds', 'ENCRYPT_METHOD', 'YESCRYPT', 'as PAM makes them')),
    ...rounds('SHA_CRYPT_MIN_ROUNDS'),
    ...rounds('SHA_CRYPT_MAX_ROUNDS'),
    ...line('hashRounds', 'YESCRYPT_COST_FACTOR', costFactor(hashRounds), 'a hash that takes longer to try'),
  ]
  const ended = inactive === undefined ? [] : [{ text: `INACTIVE=${inactive}`, origin: because('inactive', ENDED) }]
  const shells = umask === undefined ? [] : [{ text: `umask ${umask}`, origin: masked }]
  return {
    operations: [
      ...blockedFile(context, LOGIN_DEFS, definitions, definitions[0]?.origin ?? masked, {
        overrules: overrulesNames(definitions),
      }),
      ...blockedFile(context, USERADD, ended, because('inactive', ENDED), { overrules: /^INACTIVE=/ }),
      ...SHELLS.flatMap((path) => blockedFile(context, path, shells, masked)),
    ],
  }
}

/** 5 is what Debian has by itself, with 16 MiB; each more doubles time and memory, of which a Pi Zero has little (crypt(5), yescrypt). */
function costFactor(rounds: number | undefined): number | undefined {
  if (rounds === undefined) return undefined
  return rounds < 10_000 ? 5 : 6
}

function overrulesNames(lines: readonly BlockLine[]): RegExp {
  const names = lines.map(({ text }) => text.slice(0, text.indexOf(' ')))
  return new RegExp(`^\\s*(?:${names.join('|')})\\s`)
}
