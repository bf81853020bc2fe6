import * as assert from 'uvu/assert'
import { entryFor, type LockedImage, lockText, parseLock, withEntry } from '../../../src/core/carried/lock.ts'
import { requestDifferences } from '../../../src/core/carried/request.ts'
import { addressesIn, chosenIn, unknownIn } from '../../../src/write/packages/simulation.ts'
import { lockedImage as entry } from '../../support/locked-image.ts'
import { suite } from '../../support/suite.ts'

const test = suite('packages: lock')

const other: LockedImage = { ...entry, image: { ...entry.image, release: 'bookworm' } }

test('what is written reads back, in one order whatever the order given', () => {
  const text = lockText([entry, other])
  assert.is(lockText([other, entry]), text)
  const parsed = parseLock(text)
  assert.ok('lock' in parsed)
  assert.equal(parsed.lock, [other, entry])
  assert.equal(entryFor(parsed.lock, entry), entry)
})

test('an entry takes the place of the one for the same kind of image', () => {
  const newer = { ...entry, asOf: '2026-12-01T00:00:00Z' }
  assert.equal(withEntry([entry, other], newer), [other, newer])
})

for (const [title, change] of [
  ['a path for a file name', { file: '../x.deb' }],
  ['an option for a version', { version: '-o=x' }],
  ['an option for a name', { name: '-y' }],
  ['a digest that is none', { sha256: 'AB' }],
  ['an address of this machine', { uri: 'file:/etc/shadow' }],
  ['a key too many', { more: 1 }],
] as const) {
  test(`refused: ${title}`, () => {
    const text = lockText([{ ...entry, packages: [{ ...entry.packages[0], ...change } as never] }])
    assert.ok('failure' in parseLock(text))
  })
}

test('refused: what is no lock at all', () => {
  for (const text of ['', '[]', '{}', 'null', '{"schema":"pibake.lock/2","images":[]}'])
    assert.ok('failure' in parseLock(text), text)
})

test('each difference between a lock and what is needed is a line', () => {
  assert.equal(requestDifferences(entry, entry), [])
  const now = {
    ...entry,
    install: ['fail2ban'],
    upgrade: 'none',
    image: { ...entry.image, packages: 'sha256:c' },
  } as const
  assert.equal(requestDifferences(entry, now), [
    'only in the lock: packages: ufw',
    'only in the lock: updates.firstBoot: security',
    'not in the lock: packages: fail2ban',
    'not in the lock: updates.firstBoot: none',
    'the image has another set of packages than the one that was locked',
  ])
})

test("apt's answers are read", () => {
  const simulated = `NOTE: x
Inst libssl3 [3.0.1-1] (3.0.2-1~deb12u2 Debian-Security:12/oldstable-security, Debian:12/oldstable [arm64]) [a:arm64 ]
Inst zlib1g:armhf (1:1.2.13.dfsg-1 Debian:12.15/oldstable [armhf])
Inst own (2 [all])
Conf own (2 [all])
`
  assert.equal(chosenIn(simulated), [
    {
      name: 'libssl3',
      architecture: 'arm64',
      version: '3.0.2-1~deb12u2',
      archive: 'Debian-Security:12/oldstable-security, Debian:12/oldstable',
      isUpgrade: true,
    },
    {
      name: 'zlib1g',
      architecture: 'armhf',
      version: '1:1.2.13.dfsg-1',
      archive: 'Debian:12.15/oldstable',
      isUpgrade: false,
    },
    { name: 'own', architecture: 'all', version: '2', archive: '', isUpgrade: false },
  ])
  const digest = 'cd'.repeat(32)
  assert.equal(
    [...addressesIn(`x\n'http://a.test/x.deb' x.deb 12 SHA256:${digest}\n`)],
    [[digest, 'http://a.test/x.deb']],
  )
  assert.equal(unknownIn('E: Unable to locate package nope\nE: Package virtual has no installation candidate\n'), [
    'nope',
    'virtual',
  ])
})
