import * as assert from 'uvu/assert'
import { lockText, parseLock } from '../../../src/core/carried/lock.ts'
import { parseSpec } from '../../../src/core/check/parse.ts'
import type { LockedKeys } from '../../../src/core/spec-file/key-sources.ts'
import { authorizedKeysFile, parseAuthorizedKeys } from '../../../src/device/formats/authorized-keys.ts'
import { readPublicKey } from '../../../src/device/formats/mistaken-key.ts'
import { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { outcomeOf } from '../../support/plan.ts'
import { brief, HASH, KEYS, type LooseSpec, parse, specOf } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

/** Keys of the network as the lock has them, and the options of keys. */
const test = suite('locked keys')

const fingerprint = (line: string) => {
  const key = readPublicKey(line)
  return 'reason' in key ? '' : key.fingerprint
}
const lockedOf = (source: string, url: string, lines: readonly string[]): LockedKeys => ({
  source,
  url,
  sha256: 'a'.repeat(64),
  keys: lines.map((line) => ({ fingerprint: fingerprint(line), line })),
})
const GITHUB = lockedOf('github:alice', 'https://github.com/alice.keys', [KEYS.alice, KEYS.bob])

const withEntry = (entry: object): LooseSpec => ({
  version: 1,
  users: [{ name: 'alice', passwordHash: HASH, authorizedKeys: [entry] }],
})
function read(spec: LooseSpec, locked: readonly LockedKeys[], isConfined = false) {
  const host = {
    read: () => ({ failure: 'no such file' }),
    verify: () => 'not looked at',
    unpack: () => new MemoryTree('deb'),
    ask: () => ({ failure: 'not asked' }),
    lockedKeys: (source: string) => locked.find((one) => one.source === source),
    isConfined,
  }
  return parseSpec(new TextEncoder().encode(JSON.stringify(spec)), 'pibake.yaml', host)
}
const codesOf = (...of: Parameters<typeof read>) => read(...of).problems.map(({ code }) => code)

test('what is locked lets in, with the options of the entry', () => {
  const { spec, problems } = read(withEntry({ github: 'alice', from: ['192.0.2.0/24'] }), [GITHUB])
  assert.equal(problems.map(brief), [])
  const keys = spec?.users[0]?.authorizedKeys ?? []
  assert.equal(
    keys.map((key) => [key.comment, key.from, key.source]),
    [
      ['alice@laptop', ['192.0.2.0/24'], 'github:alice'],
      ['bob@desk', ['192.0.2.0/24'], 'github:alice'],
    ],
  )
})

test('what is not locked, is of another address or digest, or was changed, is refused with what to do', () => {
  const missing = read(withEntry({ github: 'alice' }), [])
  assert.equal(
    missing.problems.map(({ code, message, hint }) => [code, message, hint]),
    [['KEY011', 'pibake.lock does not hold the keys of github:alice', 'pibake lock fetches them once']],
  )
  assert.equal(
    missing.keySources.map(({ name }) => name),
    ['github:alice'],
  )
  assert.equal(codesOf(withEntry({ github: 'alice' }), [{ ...GITHUB, url: 'https://example.org/' }]), ['KEY011'])
  const url = 'https://keys.example.org/team'
  const team = lockedOf(`url:${url}`, url, [KEYS.alice])
  assert.equal(codesOf(withEntry({ url, sha256: 'a'.repeat(64) }), [team]), [])
  assert.equal(codesOf(withEntry({ url, sha256: 'b'.repeat(64) }), [team]), ['KEY011'])
  const swapped = { ...GITHUB, keys: [{ line: KEYS.bob, fingerprint: fingerprint(KEYS.alice) }] }
  assert.equal(codesOf(withEntry({ github: 'alice' }), [swapped]), ['KEY011'])
  const broken = { ...GITHUB, keys: [{ line: 'nothing', fingerprint: fingerprint(KEYS.alice) }] }
  assert.equal(codesOf(withEntry({ github: 'alice' }), [broken]), ['KEY001'])
})

test('the digest of a spec counts the keys that are locked', () => {
  const spec = withEntry({ github: 'alice' })
  const other = { ...GITHUB, keys: GITHUB.keys.slice(0, 1) }
  assert.is(read(spec, [GITHUB]).digest, read(spec, [GITHUB]).digest)
  assert.is.not(read(spec, [GITHUB]).digest, read(spec, [other]).digest)
  assert.equal(
    read(spec, [GITHUB]).inputs.files.map(({ name }) => name),
    ['github:alice'],
  )
})

test('a stranger’s spec has nothing fetched, and gets nothing that is locked', () => {
  const { problems, keySources } = read(withEntry({ github: 'alice' }), [GITHUB], true)
  assert.equal([problems.map(({ code }) => code), keySources], [['SPC014'], []])
})

test('names and addresses that are none are refused, and so are two sources of one entry', () => {
  const wrong: readonly object[] = [
    ...['-a', 'a--b', 'a b', 'a/b', '../x', 'a'.repeat(40)].map((github) => ({ github })),
    ...['~bob', 'Bob', 'b/c'].map((launchpad) => ({ launchpad })),
    ...['http://example.org/', 'https://a:b@example.org/', 'https://example.org', 'file:///x'].map((url) => ({
      url,
      sha256: 'a'.repeat(64),
    })),
  ]
  for (const entry of wrong) assert.ok(codesOf(withEntry(entry), []).includes('KEY012'), JSON.stringify(entry))
  for (const entry of [
    { github: 'alice', key: KEYS.alice },
    { github: 'alice', launchpad: 'alice' },
    { url: 'https://example.org/' },
    { github: 'alice', sha256: 'a'.repeat(64) },
    {},
  ])
    assert.ok(codesOf(withEntry(entry), [GITHUB]).includes('SPC009'), JSON.stringify(entry))
})

test('the lock with keys is read as it was written, and without keys it is what it was', () => {
  const text = lockText([], [lockedOf('launchpad:bob', 'https://launchpad.net/~bob/+sshkeys', [KEYS.bob]), GITHUB])
  const parsed = parseLock(text)
  assert.ok('keys' in parsed)
  assert.equal(
    parsed.keys.map(({ source }) => source),
    ['github:alice', 'launchpad:bob'],
  )
  assert.is(lockText(parsed.lock, parsed.keys), text)
  assert.not.match(lockText([]), 'keys')
  for (const change of [
    { source: 'ftp:x' },
    { url: 'http://example.org/' },
    { sha256: 'x' },
    { keys: [{ line: KEYS.bob, fingerprint: 'MD5:1' }] },
    { more: 1 },
  ])
    assert.ok('failure' in parseLock(lockText([], [{ ...GITHUB, ...change } as never])), JSON.stringify(change))
})

const SK =
  'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAINkp8LAMKBaxDYzCdNlzQJtyL2M8oQ2ZqD4bIsFqPCiVAAAABHNzaDo= token'

test('options of security keys and of forwarded ports stand in the file, in sshd’s words', () => {
  const lines = (entry: object) => authorizedKeysFile(specOf(withEntry(entry)).users[0]?.authorizedKeys ?? [])
  assert.match(lines({ key: SK, noTouchRequired: true }), /^no-touch-required sk-ssh-ed25519@openssh\.com /)
  assert.match(
    lines({ key: SK, from: ['192.0.2.1'], noTouchRequired: true }),
    /^from="192\.0\.2\.1",no-touch-required sk-/,
  )
  const permitted = lines({ key: KEYS.alice, restrict: true, permitOpen: ['nas.lan:443', '[2001:db8::1]:*'] })
  assert.match(
    permitted,
    /^restrict,port-forwarding,permitopen="nas\.lan:443",permitopen="\[2001:db8::1\]:\*" ssh-ed25519 /,
  )
  assert.is(parseAuthorizedKeys(permitted)[0]?.options.length, 4)
  assert.is(lines({ key: KEYS.alice }), `${KEYS.alice}\n`)
})

test('they are refused for other keys, and destinations that are none are', () => {
  const codes = (entry: object, more: object = {}) =>
    parse({ ...withEntry(entry), ...more }).problems.map(({ code }) => code)
  for (const option of ['noTouchRequired', 'verifyRequired'])
    assert.equal(codes({ key: KEYS.alice, [option]: true }), ['KEY013'], option)
  for (const permitOpen of [
    'nas.lan',
    'nas.lan:0',
    'nas.lan:65536',
    '[192.0.2.1]:80',
    'a b:80',
    '2001:db8::1:80',
    ':80',
  ])
    assert.ok(codes({ key: KEYS.alice, permitOpen: [permitOpen] }).includes('KEY014'), permitOpen)
  assert.equal(codes({ key: KEYS.alice, permitOpen: ['*:80'] }), [])
  assert.equal(codes({ key: KEYS.alice, permitOpen: ['*:80'] }, { profile: 'strict' }), ['SPC012'])
})

test('a key that has to ask for its PIN, which pibake cannot see, is accepted by name or refused', () => {
  assert.equal(outcomeOf(withEntry({ key: SK, noTouchRequired: true })).codes, [])
  const spec = withEntry({ key: SK, verifyRequired: true })
  assert.equal(outcomeOf(spec).codes, ['ACC050'])
  assert.is(outcomeOf({ ...spec, access: { accept: ['ACC050'] } }).exit, 0)
})
