import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { loadSpec } from '../../src/cli/load-spec.ts'
import { brief, smallSpec } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { emptyDeb } from './support/empty-deb.ts'
import { pibake } from './support/pibake.ts'
import { run } from './support/run.ts'

const test = suite('packages of your own with a signature')

const deb = emptyDeb('mine', '1')
const home = mkdtempSync(join(tmpdir(), 'pibake-gpg-'))
let place = ''

process.once('exit', () => {
  run(['gpgconf', '--homedir', home, '--kill', 'all'])
  rmSync(home, { recursive: true, force: true })
  deb.remove()
})

const gpg = (...words: string[]) => run(['gpg', '--homedir', home, '--batch', '--quiet', '--passphrase', '', ...words])
const at = (name: string) => join(place, name)
const sign = (...words: string[]) => gpg(...words, '--output', at('mine.deb.asc'), at('mine.deb'))

test.before(() => {
  gpg('--quick-generate-key', 'good@localhost', 'ed25519', 'sign', 'never')
  gpg('--quick-generate-key', 'other@localhost', 'rsa2048', 'sign', 'never')
  const past = ['--faked-system-time', '20240101T000000!']
  gpg(...past, '--quick-generate-key', 'old@localhost', 'ed25519', 'sign', '20250101T000000')
  gpg(...past, '--quick-generate-key', 'always@localhost', 'ed25519', 'sign', 'never')
})

/** A folder with the .deb, its signature by `good`, and the keys of `good`, as an owner would have them. */
const inPlace = (title: string, body: () => void) =>
  test(title, () => {
    place = mkdtempSync(join(tmpdir(), 'pibake-signed-'))
    try {
      writeFileSync(at('mine.deb'), readFileSync(deb.file))
      sign('--local-user', 'good@localhost', '--armor', '--detach-sign')
      writeFileSync(at('keys.asc'), gpg('--armor', '--export', 'good@localhost'))
      body()
    } finally {
      rmSync(place, { recursive: true })
    }
  })

const lines = (...keys: string[]) =>
  `${JSON.stringify(smallSpec()).slice(0, -1)},\npackages:\n  {debs: [{\n${keys.join(',\n')}\n}]}}\n`
const SIGNED = ['file: mine.deb', 'signature: mine.deb.asc', 'signedBy: keys.asc']

/** Reads the spec with these keys of the .deb, each on a line of its own, from the fourth on. */
function load(...keys: string[]) {
  writeFileSync(at('pibake.yaml'), lines(...keys))
  return loadSpec(at('pibake.yaml'))
}

function refused(place: string, message: RegExp, keys: readonly string[] = SIGNED): void {
  const { problems } = load(...keys)
  const errors = problems.filter(({ severity }) => severity === 'error')
  assert.equal(errors.map(brief), [place])
  assert.match(errors[0]?.message ?? '', message)
}

inPlace('a good signature is enough, and the .deb is known by its SHA-256 from then on', () => {
  const { spec, inputs } = load(...SIGNED)
  assert.equal(
    spec?.packages.debs.map(({ file, sha256 }) => [file, sha256]),
    [['mine.deb', deb.sha256]],
  )
  assert.equal(
    inputs.files.map(({ name }) => name),
    ['mine.deb', 'mine.deb.asc', 'keys.asc'],
  )
})

inPlace('armoured or not: the signature, the keys, and several keys in one file', () => {
  rmSync(at('mine.deb.asc'))
  sign('--local-user', 'other@localhost', '--detach-sign')
  for (const armor of [['--armor'], []]) {
    rmSync(at('keys.asc'))
    gpg(...armor, '--output', at('keys.asc'), '--export')
    assert.ok(load(...SIGNED).spec, JSON.stringify(load(...SIGNED).problems))
  }
  writeFileSync(
    at('keys.asc'),
    ['good@localhost', 'other@localhost'].map((name) => gpg('--armor', '--export', name)).join('\n'),
  )
  assert.ok(load(...SIGNED).spec, JSON.stringify(load(...SIGNED).problems))
})

inPlace('a changed .deb is refused, whatever its size', () => {
  for (const size of [1, 8 << 20]) {
    writeFileSync(at('mine.deb'), Buffer.concat([readFileSync(deb.file), Buffer.alloc(size)]))
    refused('5:12 PKG009', /mine\.deb\.asc: one of the two was changed/)
  }
})

inPlace('another key is refused', () => {
  writeFileSync(at('keys.asc'), gpg('--armor', '--export', 'other@localhost'))
  refused('5:12 PKG009', /by none of the keys/)
})

inPlace('a key that has expired is refused, though gpgv ends with 0', () => {
  rmSync(at('mine.deb.asc'))
  sign('--faked-system-time', '20240601T000000!', '--local-user', 'old@localhost', '--detach-sign')
  writeFileSync(at('keys.asc'), gpg('--armor', '--export', 'old@localhost'))
  refused('5:12 PKG009', /the key has expired/)
})

inPlace('a key that was revoked is refused', () => {
  const [, fingerprint = ''] = /^fpr:+(\w+):/m.exec(gpg('--with-colons', '--list-keys', 'other@localhost')) ?? []
  rmSync(at('mine.deb.asc'))
  sign('--local-user', 'other@localhost', '--detach-sign')
  const revocation = readFileSync(join(home, 'openpgp-revocs.d', `${fingerprint}.rev`), 'utf8')
  writeFileSync(at('key.asc'), gpg('--armor', '--export', 'other@localhost'))
  // gpg keeps it from being used by mistake with a colon.
  writeFileSync(at('revocation.asc'), revocation.replace(/^:(?=-----)/m, ''))
  const elsewhere = mkdtempSync(join(tmpdir(), 'pibake-gpg-'))
  const there = (...words: string[]) => run(['gpg', '--homedir', elsewhere, '--batch', '--quiet', ...words])
  there('--import', at('key.asc'))
  there('--import', at('revocation.asc'))
  writeFileSync(at('keys.asc'), there('--armor', '--export'))
  rmSync(elsewhere, { recursive: true })
  refused('5:12 PKG009', /the key was revoked/)
})

inPlace('a signature that has expired is refused', () => {
  rmSync(at('mine.deb.asc'))
  const short = ['--default-sig-expire', '1d', '--faked-system-time', '20240601T000000!']
  sign(...short, '--local-user', 'always@localhost', '--detach-sign')
  writeFileSync(at('keys.asc'), gpg('--armor', '--export', 'always@localhost'))
  refused('5:12 PKG009', /the signature has expired/)
})

inPlace('a signature over SHA-1 is refused', () => {
  rmSync(at('mine.deb.asc'))
  sign('--local-user', 'other@localhost', '--digest-algo', 'SHA1', '--detach-sign')
  writeFileSync(at('keys.asc'), gpg('--armor', '--export', 'other@localhost'))
  refused('5:12 PKG009', /of a kind that gpgv does not take/)
})

inPlace('what is signed otherwise is no signature of the .deb', () => {
  writeFileSync(at('text'), 'something else')
  for (const how of ['--clear-sign', '--sign']) {
    rmSync(at('mine.deb.asc'))
    gpg('--local-user', 'good@localhost', how, '--output', at('mine.deb.asc'), at('text'))
    refused('5:12 PKG009', /not a detached OpenPGP signature/)
  }
  writeFileSync(at('mine.deb'), Buffer.alloc(8 << 20))
  writeFileSync(at('mine.deb.asc'), '')
  refused('5:12 PKG009', /not a detached OpenPGP signature/)
})

inPlace('a signature that is not there, and keys that are not there', () => {
  rmSync(at('mine.deb.asc'))
  refused('5:12 SPC007', /mine\.deb\.asc cannot be read/)
  writeFileSync(at('mine.deb.asc'), '')
  rmSync(at('keys.asc'))
  refused('6:11 SPC007', /keys\.asc cannot be read/)
})

inPlace('something has to vouch for a .deb, and both do where both are named', () => {
  refused('3:11 SPC009', /needs sha256, or signature and signedBy/, ['file: mine.deb'])
  const [file = '', signature = ''] = SIGNED
  refused('3:11 SPC009', /needs sha256/, [file, signature, `sha256: ${deb.sha256}`])
  assert.ok(load(...SIGNED, `sha256: ${deb.sha256}`).spec)
  refused('7:9 PKG005', /another SHA-256/, [...SIGNED, `sha256: ${'a'.repeat(64)}`])
})

inPlace('bake refuses with 2 and writes nothing', () => {
  writeFileSync(at('mine.deb'), 'changed')
  writeFileSync(at('pibake.yaml'), lines(...SIGNED))
  writeFileSync(at('base.img'), '')
  const before = readdirSync(place)
  const { status, stderr } = pibake(['bake', at('pibake.yaml'), at('base.img'), '-o', at('out.img')])
  assert.is(status, 2, stderr)
  assert.match(stderr, /pibake\.yaml:5:12 error PKG009 mine\.deb is not verified/)
  assert.equal(readdirSync(place), before)
})
