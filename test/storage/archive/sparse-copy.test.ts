import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { HashThread } from '../../../src/base/disk/hash-thread.ts'
import { Interrupted } from '../../../src/base/errors.ts'
import { copyImage } from '../../../src/storage/archive/sparse-copy.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { KIB, MIB, put, same, sampleImage } from './support.ts'

const test = suite('archive: copies')
const image = sampleImage(5 * MIB + 3, 6)

test('a copy has the same bytes, and holes for zeros; its bytes are seen in order', async () => {
  await inWorkdir(async (directory) => {
    const source = put(directory, 'a.img', image)
    const hash = new HashThread()
    let next = 0
    await copyImage(source, join(directory, 'b.img'), {
      onBytes: async (bytes, offset) => {
        assert.is(offset, next)
        next += bytes.length
        await hash.update(bytes)
      },
    })
    same(readFileSync(join(directory, 'b.img')), image, 'copy')
    assert.is(await hash.digest(), createHash('sha256').update(image).digest('hex'))
    await hash.stop()
    assert.ok(statSync(join(directory, 'b.img')).blocks * 512 < image.length - 500 * KIB)
  })
})

for (const [how, path] of [
  ['by cp, which passes over holes', process.env.PATH],
  ['without cp', '/var/empty'],
  ['with a cp that knows no holes', 'other'],
] as const) {
  test(`a copy that nobody looks at, ${how}`, async () => {
    await inWorkdir(async (directory) => {
      const before = process.env.PATH
      try {
        const other = join(directory, 'other')
        mkdirSync(other)
        writeFileSync(join(other, 'cp'), '#!/bin/sh\necho "cp: unrecognized option: sparse" >&2\nexit 1\n', {
          mode: 0o755,
        })
        process.env.PATH = path === 'other' ? other : path
        const source = put(directory, 'a.img', image)
        const copied = join(directory, 'b.img')
        await copyImage(source, copied)
        same(readFileSync(copied), image, 'copy')
        assert.is(statSync(copied).mode & 0o777, 0o600)
        assert.ok(statSync(copied).blocks * 512 < image.length - 500 * KIB)
      } finally {
        process.env.PATH = before
      }
    })
  })
}

test('a copy that is called off or fails leaves nothing; one that is there already stays', async () => {
  await inWorkdir(async (directory) => {
    const source = put(directory, 'a.img', image)
    const stop = new AbortController()
    const onBytes = () => stop.abort()
    await throws(() => copyImage(source, join(directory, 'b.img'), { signal: stop.signal, onBytes }), Interrupted)
    await throws(() => copyImage(join(directory, 'none'), join(directory, 'b.img')), Error)
    assert.equal(readdirSync(directory), ['a.img'])
    put(directory, 'b.img', Buffer.from('precious'))
    await throws(() => copyImage(source, join(directory, 'b.img')), Error)
    assert.is(readFileSync(join(directory, 'b.img'), 'utf8'), 'precious')
  })
})

test('a hash in a thread', async () => {
  const parts = [new Uint8Array(0), image.subarray(0, 5), image.subarray(5, 4 * MIB), image.subarray(4 * MIB)]
  const hash = new HashThread()
  for (let again = 0; again < 2; again++) {
    for (const part of parts) await hash.update(part)
    assert.is(await hash.digest(), createHash('sha256').update(image).digest('hex'), 'and one after the other')
  }
  await hash.stop()
  const stopped = new HashThread()
  await stopped.update(image)
  await stopped.stop()
})

async function throws(work: () => Promise<unknown>, kind: new () => Error): Promise<void> {
  let error: unknown
  try {
    await work()
  } catch (thrown) {
    error = thrown
  }
  assert.instance(error, kind)
}
