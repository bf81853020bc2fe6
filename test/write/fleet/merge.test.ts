import { createHash } from 'node:crypto'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { MergeError, mergeParts } from '../../../src/write/fleet/merge.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('fleet merge: what a record names')

const digest = `sha256:${'0'.repeat(64)}`
const sha256 = createHash('sha256').digest('hex')
const made = {
  id: 'kit-01',
  hostname: 'kit-01',
  address: 'kit-01.local',
  addresses: [],
  port: 22,
  users: ['alice'],
  file: 'devices/kit-01.img',
  bytes: 0,
  sha256,
  planDigest: digest,
  specDigest: digest,
  hostKeys: [],
}

/** What is wrong with one part of one device, whose record has something changed. */
async function faultsOf(folder: string, changed: Partial<typeof made>): Promise<readonly string[]> {
  const part = {
    schema: 'pibake.fleet/1',
    version: '0.1.0',
    tool: digest,
    base: { name: 'base.img', sha256 },
    spec: 'kit.yaml',
    inventory: 'kits.csv',
    format: 'img',
    ids: [changed.id ?? made.id],
    shard: { index: 1, count: 1 },
    devices: [{ ...made, ...changed }],
    missing: [],
  }
  mkdirSync(join(folder, 'shards'), { recursive: true })
  writeFileSync(join(folder, 'shards/1-of-1.json'), JSON.stringify(part))
  const work = { signal: new AbortController().signal, onProgress: () => undefined }
  return mergeParts(folder, work).then(
    () => [],
    (error: unknown) => {
      if (error instanceof MergeError) return error.faults
      throw error
    },
  )
}

test('a device has its own place, and a plain file is there', () =>
  inWorkdir(async (folder) => {
    mkdirSync(join(folder, 'devices'))
    writeFileSync(join(folder, 'devices/kit-01.img'), '')
    assert.equal(await faultsOf(folder, {}), [])
    for (const file of ['devices/kit-02.img', '../kit-01.img', '/dev/null', 'devices/kit-01.img\0']) {
      assert.equal(await faultsOf(folder, { file }), ['shards/1-of-1.json has kit-01 in another place than its own'])
    }
    for (const id of ['../kit-01', '', 'a/b']) {
      assert.equal(await faultsOf(folder, { id }), ['shards/1-of-1.json is not the record of that part'])
    }
    symlinkSync('/dev/null', join(folder, 'devices/kit-03.img'))
    assert.equal(await faultsOf(folder, { id: 'kit-03', file: 'devices/kit-03.img' }), [
      'devices/kit-03.img is not what its record says',
    ])
  }))
