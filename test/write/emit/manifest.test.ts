import * as assert from 'uvu/assert'
import * as v from 'valibot'
import type { Operation } from '../../../src/core/plan/operation.ts'
import type { Change } from '../../../src/core/plan/state.ts'
import { jsonText } from '../../../src/write/emit/json.ts'
import { manifestOf } from '../../../src/write/emit/manifest.ts'
import { manifestSchema } from '../../../src/write/emit/manifest-schema.ts'
import { operationOf } from '../../support/operations.ts'
import { directory, file, symlink } from '../../support/plant.ts'
import { suite } from '../../support/suite.ts'

const test = suite('manifest')
const digest = `sha256:${'a'.repeat(64)}`
const facts = {
  version: '0.1.0',
  planDigest: digest,
  specDigest: digest,
  epoch: 1_700_000_000,
  image: {
    release: 'trixie',
    behaviour: 'trixie-2026',
    variant: 'lite',
    architecture: 'arm64',
    builder: 'pi-gen',
    date: null,
  },
}
const written = (operation: Operation): Change => ({ operation, before: { kind: 'absent' } })
const owned = { uid: 0, gid: 0 }
const secretFile: Operation = {
  ...(operationOf('/etc/wifi', { ...file('hunter2', 0o600), ...owned }) as Extract<Operation, { kind: 'file' }>),
  secret: true,
}
const changes: readonly Change[] = [
  written(operationOf('/usr/bin/x', { ...file('x', 0o4755), uid: 1, gid: 2 })),
  written(secretFile),
  written(operationOf('/etc', { ...directory(0o755), ...owned })),
  written(operationOf('/etc/localtime', symlink('/usr/share/zoneinfo/UTC'))),
  { operation: operationOf('/etc/old', undefined), before: { kind: 'directory', mode: 0o755, uid: 0, gid: 0 } },
  { operation: operationOf('/etc/never', undefined), before: { kind: 'absent' } },
  written(operationOf('/cmdline.txt', { ...file('quiet\n'), ...owned }, 'boot')),
]

test('one entry a path, sorted, with what is there now and the spec line behind it', () => {
  const manifest = v.parse(manifestSchema, JSON.parse(jsonText(manifestOf(changes, facts))))
  assert.equal(
    manifest.paths.map(({ partition, path, action, kind }) => `${partition}:${path} ${action} ${kind}`),
    [
      'boot:/cmdline.txt written file',
      'root:/etc written directory',
      'root:/etc/localtime written symlink',
      'root:/etc/old removed nothing',
      'root:/etc/wifi written file',
      'root:/usr/bin/x written file',
    ],
  )
  const [boot, etc, link, old, , program] = manifest.paths
  assert.is(boot !== undefined && 'mode' in boot, false, 'FAT has no modes')
  assert.equal(etc?.kind === 'directory' && [etc.mode, etc.owner], ['0755', owned])
  assert.is(link?.kind === 'symlink' && link.target, '/usr/share/zoneinfo/UTC')
  assert.is(old?.kind === 'nothing' && old.was, 'directory')
  assert.equal(program?.kind === 'file' && [program.mode, program.owner, program.secret, program.sha256], [
    '04755',
    { uid: 1, gid: 2 },
    false,
    '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',
  ])
  assert.equal(program?.origin, { key: 'test', position: 'test.yaml:1:1', default: null, because: 'a test wants it' })
})

test('neither a secret nor its digest is in it', () => {
  const text = jsonText(manifestOf(changes, facts))
  assert.not.match(text, 'hunter2')
  // sha256sum of hunter2
  assert.not.match(text, 'f52fbd32b2b3b86ff88ef6c490628285f482af15ddcb29541f94bcf526a3f6c7')
  const [entry] = manifestOf([written(secretFile)], facts).paths
  assert.equal(entry?.kind === 'file' && [entry.secret, entry.sha256], [true, null])
})

test('the same, whatever the order of the changes and the folder of the spec', () => {
  const elsewhere = changes.map(({ operation, before }): Change => {
    const { position: place } = operation.origin
    const position = place && { ...place, file: `/home/alice/${place.file}` }
    return { operation: { ...operation, origin: { ...operation.origin, position } }, before }
  })
  assert.is(jsonText(manifestOf(elsewhere.reverse(), facts)), jsonText(manifestOf(changes, facts)))
})
