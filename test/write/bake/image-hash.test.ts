import { createHash } from 'node:crypto'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { ImageHash } from '../../../src/write/bake/image-hash.ts'
import { BMAP_BLOCK, blockRanges } from '../../../src/write/emit/bmap-ranges.ts'
import { suite } from '../../support/suite.ts'

const test = suite('hash of an image')

const SIZE = 40 * BMAP_BLOCK + 100
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const image = fc.uint8Array({ minLength: SIZE, maxLength: SIZE, size: 'max' })
const pieces = fc.array(fc.record({ offset: fc.nat(SIZE - 9000), length: fc.nat(9000) }), { maxLength: 6 })
const cuts = fc.array(fc.nat(SIZE), { maxLength: 8 })
const extents = fc.array(
  fc.record({ offset: fc.nat(SIZE - 500), bytes: fc.uint8Array({ minLength: 1, maxLength: 500 }) }),
  {
    maxLength: 3,
  },
)

test('of the whole and of every range, as they will be, wherever the base is cut', () =>
  fc.assert(
    fc.asyncProperty(image, pieces, cuts, extents, fc.boolean(), async (base, used, at, changed, isShared) => {
      const ranges = blockRanges(SIZE, used)
      const hash = new ImageHash(ranges, changed)
      try {
        const ends = [...at, SIZE].sort((a, b) => a - b)
        for (const [index, end] of ends.entries()) {
          const piece = base.subarray(ends[index - 1] ?? 0, end)
          const shared = new Uint8Array(new SharedArrayBuffer(piece.length))
          shared.set(piece)
          await hash.update(isShared ? shared : piece)
        }
        const made = new Uint8Array(base)
        for (const { offset, bytes } of changed) made.set(bytes, offset)
        const { whole, ranges: found } = await hash.digests()
        assert.is(whole, sha256(made))
        assert.equal(
          found,
          ranges.map(({ first, last }) => ({
            first,
            last,
            sha256: sha256(made.subarray(first * BMAP_BLOCK, (last + 1) * BMAP_BLOCK)),
          })),
        )
      } finally {
        await hash.stop()
      }
    }),
    { numRuns: 30 },
  ))
