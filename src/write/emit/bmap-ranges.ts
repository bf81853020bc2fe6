import { UNIT } from '../../base/bytes/bytes.ts'
import type { Piece, UsedPartition } from '../../storage/image/partitions.ts'

/** A block of a bmap, in bytes. */
export const BMAP_BLOCK = 4096

/** Blocks of an image that hold something. */
export interface BlockRange {
  readonly first: number
  /** The last one, which belongs to it. */
  readonly last: number
  /** Of the range's bytes, in hex; undefined: not known. */
  readonly sha256?: string | undefined
}

/**
 * What an image uses: everything outside its partitions (tables, boot code), and inside them what their file systems
 * use.
 *
 * @param size of the image, in bytes
 */
export function usedPieces(size: number, partitions: readonly UsedPartition[]): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const { offset, length, used } of [...partitions].sort((a, b) => a.offset - b.offset)) {
    pieces.push({ offset: end, length: offset - end })
    const inside = used ?? [{ offset: 0, length }]
    for (const piece of inside) pieces.push({ offset: offset + piece.offset, length: piece.length })
    end = offset + length
  }
  pieces.push({ offset: end, length: size - end })
  return pieces.filter(({ length }) => length > 0)
}

/**
 * The blocks that pieces lie in: sorted, joined where they touch, cut at every {@link UNIT}, so that a change makes the
 * checksum of one unit unknown and not that of all that hangs together.
 *
 * @throws RangeError when a piece lies beyond the image
 */
export function blockRanges(size: number, pieces: readonly Piece[]): BlockRange[] {
  const joined: { first: number; last: number }[] = []
  for (const { offset, length } of [...pieces].sort((a, b) => a.offset - b.offset)) {
    if (offset < 0 || length < 0 || offset + length > size) throw new RangeError('a piece lies beyond the image')
    if (length === 0) continue
    const range = { first: Math.floor(offset / BMAP_BLOCK), last: Math.floor((offset + length - 1) / BMAP_BLOCK) }
    const before = joined.at(-1)
    if (before !== undefined && range.first <= before.last + 1) before.last = Math.max(before.last, range.last)
    else joined.push(range)
  }
  return joined.flatMap(cut)
}

function cut({ first, last }: BlockRange): BlockRange[] {
  const unit = UNIT / BMAP_BLOCK
  const parts: BlockRange[] = []
  for (let start = first; start <= last; ) {
    const end = Math.min(last, (Math.floor(start / unit) + 1) * unit - 1)
    parts.push({ first: start, last: end })
    start = end + 1
  }
  return parts
}
