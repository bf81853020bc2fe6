import * as assert from 'uvu/assert'
import { digestOf } from '../../../src/base/digest.ts'
import { changesOf } from '../../../src/core/plan/changes.ts'
import { showChange, textDiff } from '../../../src/core/plan/diff.ts'
import { explainLines } from '../../../src/core/plan/explain.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { manifestOf } from '../../../src/write/emit/manifest.ts'
import { compiled } from '../../support/plan.ts'
import { file } from '../../support/plant.ts'
import { smallSpec, sound } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('what not everybody may read is shown to nobody')

const root = { uid: 0, gid: 0 }
const SECRET = 'correct-horse-battery-staple'
const FACTS = {
  version: '0',
  planDigest: 'sha256:0',
  specDigest: 'sha256:0',
  epoch: 0,
  image: {
    release: 'trixie',
    behaviour: 'trixie-2026',
    variant: 'lite',
    architecture: 'arm64',
    builder: 'pi-gen',
    date: null,
  },
} as const

/** All that the commands show of a plan, as one text. */
function shown(spec: object, image: Record<string, { text: string; mode: number }> = {}): string {
  const referenced: Record<string, string> = { 'files/private': SECRET, 'scripts/set-up.sh': `#!/bin/sh\n${SECRET}\n` }
  const parsed = sound({ ...smallSpec(), ...spec }, referenced)
  const target = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  for (const [path, { text, mode }] of Object.entries(image))
    target.root.nodes.set(path, { ...file(text, mode), ...root })
  const { plan, problems } = compiled(parsed, target)
  const changes = changesOf(target, plan.operations)
  return JSON.stringify([
    changes.map((change) => [showChange(change), textDiff(target, change)]),
    plan.operations.map((operation) => (operation.kind === 'file' ? explainLines(operation) : [])),
    manifestOf(changes, FACTS),
    parsed.inputs,
    problems,
  ])
}

const digests = [SECRET, `#!/bin/sh\n${SECRET}\n`].map((text) =>
  digestOf(new TextEncoder().encode(text)).replace('sha256:', ''),
)

for (const mode of ['0600', '0640', '0440', '0710']) {
  test(`a file of the spec with mode ${mode}, written out or by source`, () => {
    for (const written of [{ content: SECRET }, { source: 'files/private' }]) {
      const text = shown({ files: [{ path: '/etc/kit.conf', mode, ...written }] })
      assert.match(text, '/etc/kit.conf')
      for (const hidden of [SECRET, ...digests]) assert.not.match(text, hidden)
    }
  })
}

test('a file that all may read, in a folder that they may not enter', () => {
  assert.not.match(shown({ files: [{ path: '/root/kit.conf', mode: '0644', content: SECRET }] }), SECRET)
})

test('a file that all may read is shown, with its digest', () => {
  const text = shown({ files: [{ path: '/etc/kit.conf', mode: '0644', content: SECRET }] })
  for (const said of [SECRET, digests[0] as string]) assert.match(text, said)
})

test('a script of the first start', () => {
  const text = shown({ firstBoot: { scripts: ['scripts/set-up.sh'] } })
  assert.match(text, 'set-up.sh')
  for (const hidden of [SECRET, ...digests]) assert.not.match(text, hidden)
})

test('what the image holds in a file that not all may read, also where the new one is for all', () => {
  const files = [{ path: '/etc/kit.conf', mode: '0644', content: 'new\n' }]
  const text = shown({ files }, { '/etc/kit.conf': { text: `${SECRET}\n`, mode: 0o600 } })
  assert.match(text, 'new')
  assert.not.match(text, SECRET)
})

test('lines of the image that stay in an edited file that not all may read', () => {
  const text = shown({ device: { hostname: 'kit' } }, { '/etc/hosts': { text: `${SECRET}\n`, mode: 0o600 } })
  assert.match(text, '/etc/hosts')
  assert.not.match(text, SECRET)
})

/** The digests of the plan and of the spec, which everybody may read. */
function digestsOf(spec: object, referenced: Record<string, string> = {}): readonly string[] {
  const parsed = sound({ ...smallSpec(), ...spec }, referenced)
  const { plan } = compiled(parsed, samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' }))
  return [plan.digest, parsed.digest]
}

const wifi = { network: { wifi: { country: 'AT', networks: [{ ssid: 'kit', pskFile: 'psk' }] } } }
const inFolder = { '/etc/kit.conf': '0600', '/root/kit.conf': '0644' }
const secretSpecs: [title: string, of: (secret: string) => readonly string[]][] = [
  ['a passphrase', (secret) => digestsOf(wifi, { psk: secret })],
  ['a script', (secret) => digestsOf({ firstBoot: { scripts: ['a.sh'] } }, { 'a.sh': `#!/bin/sh\n${secret}\n` })],
  ...Object.entries(inFolder).flatMap(([path, mode]): typeof secretSpecs => [
    [`${path}, written out`, (content) => digestsOf({ files: [{ path, mode, content }] })],
    [`${path}, by source`, (content) => digestsOf({ files: [{ path, mode, source: 'a' }] }, { a: content })],
  ]),
]
for (const [title, of] of secretSpecs) {
  test(`no guess of a secret can be held against the digests of plan and spec: ${title}`, () => {
    assert.equal(of('12345678'), of('87654321'))
  })
}

test('another key, and another file that all may read, are another plan', () => {
  const plan = (content: string) => digestsOf({ files: [{ path: '/etc/kit.conf', mode: '0644', content }] })[0]
  assert.is.not(plan('a'), plan('b'))
  const spec = (hostname: string) => digestsOf({ device: { hostname } })[1]
  assert.is.not(spec('kit-1'), spec('kit-2'))
})
