import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { TargetError } from '../../../src/base/errors.ts'
import { deltaMisfit, deltaOf, readDelta, writeDelta } from '../../../src/storage/delta/delta-file.ts'
import { BLOCK, VerityBuilder, type VerityTree } from '../../../src/storage/delta/verity.ts'
import type { Extent } from '../../../src/storage/image/edit.ts'
import { seeded } from '../../support/seeded.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('deltas: the file')

const SIZE = 60 * BLOCK + 100
const random = seeded(7)
const noise = (size: number) => Uint8Array.from({ length: size }, () => random(256))
const signal = new AbortController().signal

function treeOf(bytes: Uint8Array): VerityTree {
  const builder = new VerityBuilder(bytes.length)
  builder.update(bytes)
  return builder.tree()
}

const BASE = treeOf(noise(SIZE))
/** The first block, some in the middle, and the last one, which is not whole. */
const EXTENTS: readonly Extent[] = [
  { offset: 0, bytes: noise(BLOCK) },
  { offset: 7 * BLOCK, bytes: noise(30 * BLOCK) },
  { offset: 60 * BLOCK, bytes: noise(100) },
]

/** A delta file, and its bytes. */
async function made(work: string, extents: readonly Extent[] = EXTENTS): Promise<{ file: string; bytes: Buffer }> {
  const file = join(work, `${random(1e9)}.delta`)
  await writeDelta(deltaOf(BASE, extents), file, signal)
  return { file, bytes: readFileSync(file) }
}

/** A file of any first line and bytes, as zstd and the table of frames make it: pibake's own encoder is not asked. */
function packed(file: string, content: Uint8Array): void {
  const frame = execFileSync('zstd', ['-q', '-c', '--check'], { input: content })
  const table = Buffer.alloc(25)
  for (const [value, at] of [
    [0x184d2a5e, 0],
    [17, 4],
    [frame.length, 8],
    [content.length, 12],
    [1, 16],
    [0x8f92eab1, 21],
  ] as const) {
    table.writeUInt32LE(value, at)
  }
  writeFileSync(file, Buffer.concat([frame, table]))
}

test('what is written is read, by the zstd program too: a line of JSON, and then the bytes', () =>
  inWorkdir(async (work) => {
    for (const extents of [EXTENTS, []]) {
      const { file } = await made(work, extents)
      const delta = readDelta(file)
      assert.equal(delta, deltaOf(BASE, extents))
      assert.is(deltaMisfit(delta, BASE), undefined)
      const content = execFileSync('zstd', ['-dcq', '--no-check', '--', file], { maxBuffer: 64 << 20 })
      const end = content.indexOf('\n')
      const line = JSON.parse(content.subarray(0, end).toString())
      assert.equal(Object.keys(line), ['schema', 'bytes', 'base', 'result', 'ranges'])
      assert.equal(content.subarray(end + 1), Buffer.concat(extents.map(({ bytes }) => bytes)))
    }
  }))

test('the same delta has the same bytes', () =>
  inWorkdir(async (work) => assert.equal((await made(work)).bytes, (await made(work)).bytes)))

test('another base, and a delta that does not become what it says, do not fit', () => {
  const delta = deltaOf(BASE, EXTENTS)
  assert.is(deltaMisfit(delta, treeOf(noise(SIZE))), 'base')
  assert.is(deltaMisfit(delta, treeOf(noise(SIZE + 1))), 'base')
  assert.is(deltaMisfit({ ...delta, result: BASE.digest() }, BASE), 'result')
  assert.is(deltaMisfit({ ...delta, extents: EXTENTS.slice(1) }, BASE), 'result')
})

test('a file that is cut anywhere, has a byte more, or one that differs, is refused', () =>
  inWorkdir(async (work) => {
    const { bytes } = await made(work)
    const file = join(work, 'bad.delta')
    const refused = (content: Uint8Array, what: string) => {
      writeFileSync(file, content)
      try {
        readDelta(file)
      } catch (error) {
        assert.ok(error instanceof TargetError, `${what}: ${error}`)
        return
      }
      throw new Error(`${what} was taken`)
    }
    for (let i = 0; i < 60; i++) {
      const at = random(bytes.length)
      refused(bytes.subarray(0, at), `cut at ${at}`)
    }
    for (let i = 0; i < 200; i++) {
      const flipped = Buffer.from(bytes)
      // Half of them where the table of frames is.
      const at = i % 2 === 0 ? random(bytes.length) : bytes.length - 1 - random(40)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random(8))
      // Bits that no decoder reads: reserved ones are left out by the format itself.
      const read = attempt(file, flipped)
      assert.ok(read === undefined || deltaMisfit(read, BASE) === undefined, `a bit of byte ${at}`)
      if (read !== undefined) assert.equal(read, deltaOf(BASE, EXTENTS), `a bit of byte ${at} changes what is read`)
    }
    refused(Buffer.concat([bytes, Buffer.from([0])]), 'a byte more')
    refused(Buffer.concat([bytes.subarray(0, 100), bytes]), 'bytes before')
    refused(Buffer.alloc(0), 'nothing')
  }))

/** Undefined: it was refused. */
function attempt(file: string, content: Uint8Array) {
  writeFileSync(file, content)
  try {
    return readDelta(file)
  } catch (error) {
    if (error instanceof TargetError) return undefined
    throw error
  }
}

test('first lines that cannot be are refused, saying what is wrong', () =>
  inWorkdir(async (work) => {
    const file = join(work, 'bad.delta')
    const range = (offset: number, bytes: number) => ({ offset, bytes, sha256: '0'.repeat(64) })
    const head = {
      schema: 'pibake.delta/1',
      bytes: SIZE,
      base: BASE.digest(),
      result: BASE.digest(),
      ranges: [] as unknown[],
    }
    const cases: readonly (readonly [why: string, line: unknown, bytes: number, message: RegExp])[] = [
      ['no section', 'x'.repeat(30), 0, /not a delta that this version/],
      ['a later version', { ...head, schema: 'pibake.delta/2' }, 0, /not a delta that this version/],
      ['a key more', { ...head, more: 1 }, 0, /not a delta that this version/],
      ['not a digest', { ...head, base: 'sha256:0' }, 0, /not a delta that this version/],
      ['too long', { ...head, ranges: [range(0, BLOCK)] }, BLOCK + 1, /its length/],
      ['too short', { ...head, ranges: [range(0, BLOCK)] }, BLOCK - 1, /its length/],
      ['not at a block', { ...head, ranges: [range(1, BLOCK)] }, BLOCK, /a range at 1 /],
      ['half a block', { ...head, ranges: [range(0, 9)] }, 9, /a range at 0 /],
      ['empty', { ...head, ranges: [range(0, 0)] }, 0, /a range at 0 /],
      ['behind the end', { ...head, ranges: [range(60 * BLOCK, BLOCK)] }, BLOCK, /a range at 245760 /],
      ['out of order', { ...head, ranges: [range(BLOCK, BLOCK), range(0, BLOCK)] }, 2 * BLOCK, /a range at 0 /],
      ['over another', { ...head, ranges: [range(0, 2 * BLOCK), range(BLOCK, BLOCK)] }, 3 * BLOCK, /a range at 4096 /],
      ['another digest', { ...head, ranges: [range(0, BLOCK)] }, BLOCK, /not what its digest says/],
    ]
    for (const [why, line, bytes, message] of cases) {
      packed(file, Buffer.concat([Buffer.from(`${JSON.stringify(line)}\n`), Buffer.alloc(bytes)]))
      try {
        readDelta(file)
        throw new Error('was taken')
      } catch (error) {
        assert.ok(error instanceof TargetError, `${why}: ${error}`)
        assert.match(error.message, message, why)
      }
    }
    packed(file, Buffer.from('no line end'))
    assert.throws(() => readDelta(file), /not a delta that this version/)
    const good = { ...head, ranges: [] }
    packed(file, Buffer.from(`${JSON.stringify(good)}\n`))
    assert.equal(readDelta(file).extents, [])
  }))
