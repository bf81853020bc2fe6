import * as assert from 'uvu/assert'
import { TargetError } from '../../../src/base/errors.ts'
import { imageSources, securityPart } from '../../../src/device/apt/sources.ts'
import { mirrored, parseMirrors, unmirrored } from '../../../src/write/packages/mirrors.ts'
import { memoryTree } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'

const test = suite('packages: sources of the image')

const list = (text: string) => imageSources(memoryTree({ '/etc/apt/sources.list': text }))
const deb822 = (text: string) => imageSources(memoryTree({ '/etc/apt/sources.list.d/x.sources': text }))
const none = { files: [], fingerprints: [], key: undefined }

test('one-line sources, with options, comments and sources of source code', () => {
  const text = `# deb http://a.test/x y z
deb http://a.test/debian/ trixie main contrib # trailing
deb-src http://a.test/debian trixie main
deb [ arch=arm64,armhf signed-by=/usr/share/keyrings/pi.gpg ] https://b.test/debian trixie main
`
  assert.equal(list(text), [
    {
      uris: ['http://a.test/debian'],
      suites: ['trixie'],
      components: ['main', 'contrib'],
      architectures: [],
      signedBy: none,
    },
    {
      uris: ['https://b.test/debian'],
      suites: ['trixie'],
      components: ['main'],
      architectures: ['arm64', 'armhf'],
      signedBy: { ...none, files: ['/usr/share/keyrings/pi.gpg'] },
    },
  ])
})

test('deb822 sources, disabled ones left out, an inline key with its empty line', () => {
  const text = `Types: deb deb-src
URIs: http://a.test/debian
Suites: trixie trixie-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 AAAA
 -----END PGP PUBLIC KEY BLOCK-----

Enabled: no
Types: deb
URIs: http://b.test/debian
Suites: trixie
Components: main

Types: deb-src
URIs: http://c.test/debian
Suites: trixie
Components: main
`
  const [only, ...others] = deb822(text)
  assert.is(others.length, 0)
  assert.equal(only?.suites, ['trixie', 'trixie-updates'])
  assert.is(only?.signedBy.key, '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n')
})

for (const [title, text] of [
  ['trusted without a signature', 'deb [trusted=yes] http://a.test/debian trixie main'],
  ['insecure', 'deb [allow-insecure=yes] http://a.test/debian trixie main'],
  ['a path of the image', 'deb file:/srv/debs ./'],
  ['a CD', 'deb cdrom:[Debian]/ trixie main'],
  ['a password in the address', 'deb http://me:secret@a.test/debian trixie main'],
  ['a key that is none', 'deb [signed-by=../x.gpg] http://a.test/debian trixie main'],
] as const) {
  test(`refused: ${title}`, () => {
    assert.throws(
      () => list(text),
      (error: unknown) => error instanceof TargetError,
    )
  })
}

test('refused: trusted in deb822, however it is written', () => {
  const text = 'Types: deb\nURIs: http://a.test/debian\nSuites: trixie\nComponents: main\nTrusted: Yes\n'
  assert.throws(() => deb822(text), /without a signature/)
})

test('the security archive is told by its suite', () => {
  const [source] = list('deb http://a.test/debian-security trixie-security main')
  assert.ok(source)
  assert.equal(securityPart(source)?.suites, ['trixie-security'])
  assert.is(securityPart({ ...source, suites: ['trixie', 'trixie-updates'] }), undefined)
  assert.equal(securityPart({ ...source, suites: ['trixie', 'trixie-security'] })?.suites, ['trixie-security'])
})

test('a mirror takes the place of a prefix, or of every scheme and host; and back', () => {
  const sources = [{ uris: ['http://a.test/debian', 'http://a.test/debian-security'] }]
  const all = parseMirrors(['http://m.test/mirror/'])
  const file = '/pool/x.deb'
  assert.is(mirrored(`http://a.test/debian${file}`, all, undefined), `http://m.test/mirror/debian${file}`)
  assert.is(unmirrored(`http://m.test/mirror/debian${file}`, sources, all, undefined), `http://a.test/debian${file}`)
  const some = parseMirrors(['http://a.test/debian=https://snap.test/{snapshot}'])
  const then = '2026-11-01T00:00:00Z'
  assert.is(mirrored(`http://a.test/debian${file}`, some, then), `https://snap.test/20261101T000000Z${file}`)
  assert.is(mirrored(`http://a.test/debian-security${file}`, some, then), `http://a.test/debian-security${file}`)
  assert.is(unmirrored(`https://snap.test/20261101T000000Z${file}`, sources, some, then), `http://a.test/debian${file}`)
})

for (const value of ['', 'm.test', 'ftp://m.test/x', 'http://a.test=', 'http://a.test=m.test']) {
  test(`no mirror: '${value}'`, () => {
    assert.throws(() => parseMirrors([value]), /neither an address/)
  })
}
