import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { sha256OfFile } from '../../../src/base/disk/hash-file.ts'
import { writeAtomically } from '../../../src/base/disk/write-atomically.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('written beside and renamed')

test('the mode asked for, whatever the umask', () =>
  inWorkdir((work) => {
    const before = process.umask(0o077)
    try {
      writeAtomically(join(work, 'open'), 'é', { mode: 0o644 })
      process.umask(0)
      writeAtomically(join(work, 'shut'), new Uint8Array([1]), { mode: 0o600 })
    } finally {
      process.umask(before)
    }
    assert.is(lstatSync(join(work, 'open')).mode & 0o777, 0o644)
    assert.is(lstatSync(join(work, 'shut')).mode & 0o777, 0o600)
    assert.is(readFileSync(join(work, 'open'), 'utf8'), 'é')
  }))

test('a link is replaced, not followed; after an error all is as it was', () =>
  inWorkdir((work) => {
    writeFileSync(join(work, 'far'), 'far')
    symlinkSync('far', join(work, 'link'))
    writeAtomically(join(work, 'link'), 'new', { mode: 0o644 })
    assert.ok(lstatSync(join(work, 'link')).isFile())
    assert.is(readFileSync(join(work, 'far'), 'utf8'), 'far')

    mkdirSync(join(work, 'folder'))
    assert.throws(() => writeAtomically(join(work, 'folder'), 'new', { mode: 0o644 }))
    assert.equal(readdirSync(work).sort(), ['far', 'folder', 'link'])
  }))

test('a file is hashed in pieces and can be called off', () =>
  inWorkdir(async (work) => {
    const file = join(work, 'zeros')
    writeFileSync(file, Buffer.alloc(10 << 20))
    const seen: number[] = []
    // head -c 10M /dev/zero | sha256sum
    const hash = 'e5b844cc57f57094ea4585e235f36c78c1cd222262bb89d53c94dcb4d6b3e55d'
    assert.is(await sha256OfFile(file, { onBytes: (bytes) => seen.push(bytes) }), hash)
    assert.equal(seen, [4 << 20, 8 << 20, 10 << 20])
    const error = await sha256OfFile(file, { signal: AbortSignal.abort() }).catch((e) => e)
    assert.is(error.name, 'Interrupted')
  }))
