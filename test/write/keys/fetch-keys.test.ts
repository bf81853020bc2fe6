import * as assert from 'uvu/assert'
import { Interrupted } from '../../../src/base/errors.ts'
import { keySourceOf } from '../../../src/core/spec-file/key-sources.ts'
import { KeyError } from '../../../src/write/keys/fetch-error.ts'
import { fetchKeys } from '../../../src/write/keys/fetch-keys.ts'
import { parseMirrors } from '../../../src/write/packages/mirrors.ts'
import { type KeyServer, keyServer, sha256Of } from '../../support/key-server.ts'
import { KEYS } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

/** Keys of the network, from a server on loopback. */
const test = suite('keys of the network')

type Answers = Parameters<typeof keyServer>[0]
type Named = Parameters<typeof keySourceOf>[0]

const RSA_1024 =
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7X1rk1hGNVnFnWrrbnJnu1vVYsxNTHYn2aMEAz1JYoS7MRsSr2T4TVnvDyBvTkvBhOCKrZhoGZ/GwQ8mo8Og1V7bRCJ7xwXbtPSe2ylXQQ7r0nKyQq5hFyRXcFfW7y2A5dVHxVtSFqZ7M1QGk7bM5QmB7yQ3xUpzGq8N9WQ== old'

async function fetched(
  answers: Answers,
  named: Named,
  use: (server: KeyServer) => void = () => {},
  abort?: AbortSignal,
) {
  const server = await keyServer(answers)
  try {
    const source = keySourceOf(named)
    if (source === undefined) throw new Error('no source')
    const hosts = ['https://github.com', 'https://launchpad.net', 'https://keys.example.org']
    const mirrors = parseMirrors(hosts.map((host) => `${host}=${server.address}`))
    const result = await fetchKeys(source, mirrors, abort ?? new AbortController().signal)
    use(server)
    return result
  } finally {
    await server.close()
  }
}
const refused = async (answers: Answers, named: Named, message: RegExp, isTemporary = false) => {
  try {
    await fetched(answers, named)
  } catch (error) {
    assert.ok(error instanceof KeyError, String(error))
    assert.match(error.message, message)
    assert.is(error.isTemporary, isTemporary, error.message)
    return
  }
  throw new Error('it was not refused')
}
const prints = (keys: readonly { fingerprint: string }[]) => keys.map(({ fingerprint }) => fingerprint)

test('GitHub, Launchpad and an address: each at its place, with fingerprints', async () => {
  const bare = KEYS.alice.split(' ').slice(0, 2).join(' ')
  const github = await fetched({ '/alice.keys': `${bare}\n` }, { github: 'alice' }, ({ asked }) => {
    assert.equal(asked, ['/alice.keys'])
  })
  assert.equal(github.locked, {
    source: 'github:alice',
    url: 'https://github.com/alice.keys',
    sha256: sha256Of(`${bare}\n`),
    keys: [{ fingerprint: github.locked.keys[0]?.fingerprint, line: bare }],
  })
  assert.match(github.locked.keys[0]?.fingerprint ?? '', /^SHA256:[A-Za-z0-9+/]{43}$/)
  const text = `# of bob\r\n\r\n${KEYS.bob}\r\n${KEYS.alice}\r\n${KEYS.bob}\r\n`
  const launchpad = await fetched({ '/~bob/+sshkeys': text }, { launchpad: 'bob' })
  assert.equal(
    launchpad.locked.keys.map(({ line }) => line),
    [KEYS.bob, KEYS.alice],
  )
  const url = 'https://keys.example.org/team?format=keys'
  const given = await fetched({ '/team?format=keys': text }, { url, sha256: sha256Of(text) })
  assert.equal([given.locked.url, prints(given.locked.keys)], [url, prints(launchpad.locked.keys)])
})

test('what no spec could hold is passed over, and said', async () => {
  const text = [
    'from="192.0.2.1" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPjo1TdQSG/G4KQ2oOm0YNJv/6+d9J4LiQHIhvFyLxk1 x',
    'ssh-dss AAAAB3NzaC1kc3MAAACBAP',
    RSA_1024,
    '<!doctype html>',
    KEYS.bob,
  ]
  const { locked, passedOver } = await fetched({ '/alice.keys': text.join('\n') }, { github: 'alice' })
  assert.equal(
    locked.keys.map(({ line }) => line),
    [KEYS.bob],
  )
  assert.equal(
    passedOver.map((line) => line.split(' ').slice(0, 2).join(' ')),
    ['line 1', 'line 2', 'line 3', 'line 4'],
  )
})

test('no key, no text, another digest, another status: nothing is taken', async () => {
  const alice = { github: 'alice' }
  await refused({ '/alice.keys': '' }, alice, /^github:alice has no key that could be used$/)
  await refused({ '/alice.keys': '<html>\n' }, alice, /has no key that could be used \(line 1 /)
  await refused({ '/alice.keys': (_, response) => response.end(Buffer.from([0xff, 0xfe])) }, alice, /is not text/)
  await refused({}, alice, /answers with status 404/)
  const broken: Answers = { '/alice.keys': (_, response) => response.writeHead(503).end() }
  await refused(broken, alice, /answers with status 503/, true)
  const url = 'https://keys.example.org/team'
  await refused(
    { '/team': KEYS.bob },
    { url, sha256: sha256Of(KEYS.alice) },
    /another SHA-256 than the spec says: [0-9a-f]{64}$/,
  )
  await refused({ '/alice.keys': (_, response) => response.destroy() }, alice, /cannot be fetched/, true)
})

test('at most 64 KiB, by at most three redirects, over https or from this machine alone', async () => {
  const alice = { github: 'alice' }
  const padded = `${KEYS.alice}\n${'#'.repeat(65_000)}\n`
  assert.is((await fetched({ '/alice.keys': padded }, alice)).locked.keys.length, 1)
  await refused({ '/alice.keys': `${padded}${'#'.repeat(1000)}` }, alice, /is longer than 64 KiB/)
  const endless: Answers = {
    '/alice.keys': (_, response) => {
      const more = () => {
        while (response.write('#'.repeat(16_384)));
        response.once('drain', more)
      }
      more()
    },
  }
  await refused(endless, alice, /is longer than 64 KiB/)
  const to =
    (location: string): Answers[string] =>
    (_, response) =>
      response.writeHead(302, { location }).end()
  const moved = { '/alice.keys': to('/1'), '/1': to('/2'), '/2': to('3'), '/3': KEYS.bob }
  assert.is((await fetched(moved, alice)).locked.url, 'https://github.com/alice.keys')
  await refused({ ...moved, '/3': to('/4'), '/4': KEYS.bob }, alice, /leads on more than 3 times/)
  for (const place of [
    'http://192.0.2.1/keys',
    'ftp://127.0.0.1/keys',
    'file:///etc/passwd',
    'http://alice:x@127.0.0.1/',
  ])
    await refused({ '/alice.keys': to(place) }, alice, /is not reached by https/)
  await refused({ '/alice.keys': to('http://[') }, alice, /leads to what is not an address/)
})

test('a server that never answers is waited for no longer than until it is called off', async () => {
  const abort = new AbortController()
  const silent: Answers = { '/alice.keys': () => abort.abort() }
  try {
    await fetched(silent, { github: 'alice' }, undefined, abort.signal)
    throw new Error('it answered')
  } catch (error) {
    assert.ok(error instanceof Interrupted, String(error))
  }
})

test('without a mirror a plain address is refused before anybody is asked', async () => {
  const source = { name: 'url:x', url: 'http://192.0.2.1/keys', sha256: undefined }
  try {
    await fetchKeys(source, [], new AbortController().signal)
    throw new Error('it was not refused')
  } catch (error) {
    assert.match((error as Error).message, 'http://192.0.2.1 is not reached by https')
  }
})
