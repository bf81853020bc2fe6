import { spawnSync } from 'node:child_process'
import * as assert from 'uvu/assert'
import { judgeCryptHash } from '../../../src/device/formats/crypt-hash.ts'
import { saltOf, sha512crypt } from '../../../src/device/formats/sha512crypt.ts'
import { suite } from '../../support/suite.ts'

const test = suite('SHA512-crypt')

test("the specification's own vector", () => {
  assert.is(
    sha512crypt('Hello world!', 'saltstringsaltst', 10_000),
    '$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.',
  )
})

test('the same as crypt(3) for every length at which an implementation may slip', () => {
  const lengths = [1, 2, 15, 16, 17, 31, 32, 63, 64, 65, 100, 127, 128, 129, 255, 256]
  const passwords = [...lengths.map((length) => 'aB3$'.repeat(64).slice(0, length)), 'pässwörd — ☃', '  ', '\'"\\']
  const salts = ['a', 'saltsalt', './09AZaz./09AZaz']
  const cases = passwords.flatMap((password) =>
    salts.map((salt) => ({ password, salt, rounds: 1000 + password.length })),
  )
  // perl-base is Essential on Debian, and its crypt is the crypt(3) of the system.
  const script = 'while (my ($p, $s) = splice(@ARGV, 0, 2)) { print crypt($p, $s), "\\n" }'
  const args = cases.flatMap(({ password, salt, rounds }) => [password, `$6$rounds=${rounds}$${salt}`])
  const perl = spawnSync('perl', ['-e', script, ...args], { encoding: 'utf8' })
  assert.is(perl.status, 0, perl.stderr)
  const own = cases.map(({ password, salt, rounds }) => sha512crypt(password, salt, rounds))
  assert.equal(own, perl.stdout.trim().split('\n'))
})

test('a salt holds 96 bits in 16 characters that crypt(5) allows', () => {
  assert.match(saltOf(new Uint8Array(12)), /^\.{16}$/)
  assert.match(saltOf(new Uint8Array(12).fill(255)), /^z{16}$/)
})

test('what is made is accepted', () => {
  assert.is(judgeCryptHash(sha512crypt('x', saltOf(new Uint8Array(12).fill(7)), 5000)), undefined)
})

test('the kinds of hash that libcrypt verifies are told from those that it does not, or that are weak', () => {
  const b64 = (length: number) => 'a'.repeat(length)
  const sound = [
    `$y$j9T$${b64(22)}$${b64(43)}`,
    `$gy$j9T$${b64(22)}$${b64(43)}`,
    `$7$CU..../....${b64(22)}$${b64(43)}`,
    `$6$${b64(16)}$${b64(86)}`,
    `$5$rounds=5000$${b64(8)}$${b64(43)}`,
    `$2b$12$${b64(53)}`,
  ]
  for (const hash of sound) assert.is(judgeCryptHash(hash), undefined, hash)
  const weak = [
    `$6$rounds=1000$a$${b64(86)}`,
    `$5$rounds=4999$a$${b64(43)}`,
    `$2b$09$${b64(53)}`,
    `$y$j.T$a$${b64(43)}`,
    '$1$a$b',
  ]
  for (const hash of weak) assert.is(judgeCryptHash(hash)?.weak, true, hash)
  const none = [
    '',
    'x',
    'hunter2',
    '*',
    '!',
    `!$6$a$${b64(86)}`,
    `$6$a$${b64(85)}`,
    '$argon2id$v=19$m=1$a$b',
    `$6$a:b$${b64(86)}`,
    `$6$a$${b64(86)}\n`,
  ]
  for (const hash of none) assert.is(judgeCryptHash(hash)?.weak, false, hash)
})
