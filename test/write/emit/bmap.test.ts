import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { UNIT } from '../../../src/base/bytes/bytes.ts'
import type { Piece } from '../../../src/storage/image/partitions.ts'
import { keepChecksums } from '../../../src/write/emit/bmap-checksums.ts'
import { type BlockRange, BMAP_BLOCK, blockRanges, usedPieces } from '../../../src/write/emit/bmap-ranges.ts'
import { bmapText, parseBmap } from '../../../src/write/emit/bmap-xml.ts'
import { OutputError } from '../../../src/write/emit/errors.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('bmap')
const K = BMAP_BLOCK
const SIZE = 300 * K + 100
/** Two partitions with holes, space between and after them, and an end that is no block's. */
const partitions = [
  {
    offset: 100 * K,
    length: 100 * K,
    used: [
      { offset: 0, length: 10 * K },
      { offset: 50 * K, length: 1 },
    ],
  },
  { offset: 4 * K, length: 90 * K, used: [{ offset: 3 * K + 512, length: 5 * K }] },
]
const ranges = blockRanges(SIZE, usedPieces(SIZE, partitions))

/** The checksums that are not known yet, from the image's bytes. */
const summed = (content: Uint8Array, list: readonly BlockRange[]): BlockRange[] =>
  list.map(({ first, last, sha256 }) => ({
    first,
    last,
    sha256:
      sha256 ??
      createHash('sha256')
        .update(content.subarray(first * K, (last + 1) * K))
        .digest('hex'),
  }))

const copy = (work: string, image: string, bmap: string) => {
  const out = join(work, 'card')
  const ran = spawnSync('bmaptool', ['copy', '--bmap', bmap, image, out], { encoding: 'utf8' })
  return { status: ran.status, stderr: ran.stderr, card: readFileSync(out) }
}

const isMapped = (offset: number) => ranges.some(({ first, last }) => first * K <= offset && offset < (last + 1) * K)

/** A new file after bmaptool: the image where blocks are mapped, nothing elsewhere. */
const expected = (image: Buffer) => Buffer.from(image.map((byte, offset) => (isMapped(offset) ? byte : 0)))

test('all outside the partitions, and what their file systems use', () => {
  assert.equal(
    ranges.map(({ first, last }) => [first, last]),
    [
      [0, 3],
      [7, 12],
      [94, 109],
      [150, 150],
      [200, 300],
    ],
  )
  assert.equal(blockRanges(SIZE, usedPieces(SIZE, [{ offset: 4 * K, length: 8 * K, used: undefined }])), [
    { first: 0, last: 300 },
  ])
  assert.throws(() => blockRanges(SIZE, [{ offset: SIZE, length: 1 }]), /beyond the image/)
})

test('a long range is cut at every unit', () => {
  const unit = UNIT / K
  assert.equal(blockRanges(3 * UNIT, [{ offset: UNIT - K, length: UNIT + 2 * K }]), [
    { first: unit - 1, last: unit - 1 },
    { first: unit, last: 2 * unit - 1 },
    { first: 2 * unit, last: 2 * unit },
  ])
})

test('bmaptool copies by it, from a plain and from every compressed image, with and without checksums', () =>
  inWorkdir(async (work) => {
    const image = join(work, 'a.img')
    const content = randomBytes(SIZE)
    writeFileSync(image, content)
    execFileSync('xz', ['-k', '-0', image])
    execFileSync('gzip', ['-k', '-1', image])
    execFileSync('zstd', ['-q', '-k', '-1', image])
    const sums = summed(content, ranges)
    assert.ok(sums.every(({ sha256 }) => sha256 !== undefined))
    const some = sums.map((range, index) => (index === 1 ? { ...range, sha256: undefined } : range))
    for (const known of [sums, some, ranges]) {
      const bmap = join(work, 'a.bmap')
      writeFileSync(bmap, bmapText({ imageSize: SIZE, ranges: known }))
      for (const name of known === sums ? [image, `${image}.xz`, `${image}.gz`, `${image}.zst`] : [image]) {
        const { status, stderr, card } = copy(work, name, bmap)
        assert.is(status, 0, stderr)
        assert.ok(card.equals(expected(content)), name)
      }
    }
  }))

test('bmaptool refuses an image that is not the one that was summed, and a bmap that was changed', () =>
  inWorkdir(async (work) => {
    const [image, bmap] = [join(work, 'a.img'), join(work, 'a.bmap')]
    const content = randomBytes(SIZE)
    const text = bmapText({ imageSize: SIZE, ranges: summed(content, ranges) })
    writeFileSync(bmap, text)
    // The last byte: also that of a block that is not whole.
    content[SIZE - 1] = (content[SIZE - 1] ?? 0) ^ 1
    writeFileSync(image, content)
    assert.match(copy(work, image, bmap).stderr, /checksum mismatch for blocks range 200-300/)
    writeFileSync(bmap, text.replace('7-12', '7-11'))
    assert.match(copy(work, image, bmap).stderr, /checksum mismatch for bmap file/)
    assert.throws(() => parseBmap(text.replace('7-12', '7-11')), /own checksum/)
  }))

test('what bmaptool writes is read, and what is written is read back', () =>
  inWorkdir(async (work) => {
    const image = join(work, 'a.img')
    const content = Buffer.concat([randomBytes(3 * K), Buffer.alloc(5 * K), randomBytes(K + 7)])
    writeFileSync(image, content)
    execFileSync('cp', ['--sparse=always', image, `${image}.sparse`])
    execFileSync('bmaptool', ['create', '-o', `${image}.bmap`, `${image}.sparse`])
    const theirs = parseBmap(readFileSync(`${image}.bmap`, 'utf8'))
    assert.is(theirs.imageSize, content.length)
    const plain = theirs.ranges.map(({ first, last }) => ({ first, last }))
    assert.equal(summed(content, plain), theirs.ranges)
    assert.equal(parseBmap(bmapText(theirs)), theirs)
  }))

test('anything else is refused with the reason', () => {
  const sound = bmapText({ imageSize: SIZE, ranges })
  /** Changed, with its checksum made anew. */
  const changed = (from: string, to: string) => {
    assert.ok(sound.includes(from))
    const text = sound.replace(from, to).replace(/[0-9a-f]{64}(?= <\/BmapFile)/, '0'.repeat(64))
    const hash = execFileSync('sha256sum', { input: text, encoding: 'utf8' }).slice(0, 64)
    return text.replace('0'.repeat(64), hash)
  }
  assert.ok(parseBmap(changed('7-12', ' 7 - 12 ')))
  for (const text of [
    '',
    sound.slice(0, -9),
    changed('version="2.0"', 'version="1.4"'),
    changed('> sha256 <', '> sha1 <'),
    changed('> 4096 <', '> 512 <'),
    changed('> 301 <', '> 302 <'),
    changed('7-12', '12-7'),
    changed('7-12', '3-8'),
    changed('200-300', '201-301'),
    changed('7-12', '7-11'),
    changed('7-12', '7-'),
    changed('<Range> 7-12', '<Range chksum="zz"> 7-12'),
    changed(`${SIZE}`, '1e6'),
    changed('  <BlockSize> 4096 </BlockSize>\n', ''),
    changed('<BlockMap>', '<BlockSize> 4096 </BlockSize>\n<BlockMap>'),
  ]) {
    assert.throws(
      () => parseBmap(text),
      (error: unknown) => error instanceof OutputError,
    )
  }
})

test('checksums of the base are taken over where nothing changed, and are right', () => {
  const before = randomBytes(SIZE)
  const after = Buffer.from(before)
  const pieces = (length: number, minLength: number, maxLength: number) =>
    fc.array(fc.record({ offset: fc.nat(SIZE - length), length: fc.nat(length) }), { minLength, maxLength })
  const blocks = (list: readonly BlockRange[]) =>
    list.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i))
  const hold = (old: Piece[], now: Piece[], changes: Piece[]) => {
    before.copy(after)
    for (const { offset, length } of changes) after.set(randomBytes(length), offset)
    const base = { imageSize: SIZE, ranges: summed(before, blockRanges(SIZE, old)) }
    const used = blockRanges(SIZE, now)
    const kept = keepChecksums(used, base, changes)
    assert.equal(blocks(kept), blocks(used), 'the same blocks, in order, none twice')
    const bare = kept.map(({ first, last }) => ({ first, last }))
    assert.equal(summed(after, kept), summed(after, bare))
  }
  const [old, now, changes] = [pieces(20 * K, 1, 8), pieces(40 * K, 1, 8), pieces(5000, 0, 2)]
  fc.assert(
    fc.property(old, now, changes, (...all) => hold(...all)),
    { numRuns: 30 },
  )
  const known = { imageSize: SIZE, ranges: [{ first: 201, last: 250, sha256: 'f'.repeat(64) }] }
  assert.equal(keepChecksums([{ first: 200, last: 300 }], known, [{ offset: 251 * K, length: 9 }]), [
    { first: 200, last: 200 },
    { first: 201, last: 250, sha256: 'f'.repeat(64) },
    { first: 251, last: 300 },
  ])
})
