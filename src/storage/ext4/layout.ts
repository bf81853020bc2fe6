import type { BlockRange } from './block-range.ts'
import { type Groups, inodeTableBlocks } from './group-descriptors.ts'
import type { Volume } from './volume.ts'

/**
 * Whether a group starts with a copy of the superblock and of the group descriptors. The copies are left as they are,
 * as the kernel leaves them: they are for the day the first is lost, and hold nothing that an edit of files changes but
 * counts, which e2fsck counts anew.
 */
function hasSuperblock(volume: Volume, group: number): boolean {
  if (!volume.superblock.isSparse || group <= 1) return true
  return [3, 5, 7].some((base) => {
    let power = base
    while (power < group) power *= base
    return power === group
  })
}

/** Superblock and descriptors at the start of a group, the room for more descriptors with them; empty in most groups. */
function headOf(volume: Volume, group: number, options: { withReserve: boolean }): BlockRange {
  const { descriptorBlocks, reservedDescriptorBlocks } = volume.superblock
  const count = 1 + descriptorBlocks + (options.withReserve ? reservedDescriptorBlocks : 0)
  return { start: volume.group(group).start, count: hasSuperblock(volume, group) ? count : 0 }
}

function tablesOf(volume: Volume, groups: Groups, group: number): BlockRange[] {
  return [
    { start: groups.blockBitmap(group), count: 1 },
    { start: groups.inodeBitmap(group), count: 1 },
    { start: groups.inodeTable(group), count: inodeTableBlocks(volume) },
  ]
}

/**
 * The block bitmap of a group that was never used (BLOCK_UNINIT): what is in use there belongs to the file system
 * itself. The tables of other groups may be there too (flex_bg).
 */
export function initialBlockBitmap(volume: Volume, groups: Groups, group: number): Uint8Array {
  const bitmap = new Uint8Array(volume.blockSize)
  const own = volume.group(group)
  const take = (range: BlockRange) => {
    const end = Math.min(range.start + range.count, own.start + own.count)
    for (let block = Math.max(range.start, own.start); block < end; block++) setBit(bitmap, block - own.start)
  }
  take(headOf(volume, group, { withReserve: true }))
  for (let other = 0; other < groups.count; other++) tablesOf(volume, groups, other).forEach(take)
  for (let bit = own.count; bit < bitmap.length * 8; bit++) setBit(bitmap, bit)
  return bitmap
}

/** The inode bitmap of a group without inodes (INODE_UNINIT). */
export function initialInodeBitmap(volume: Volume): Uint8Array {
  const bitmap = new Uint8Array(volume.blockSize)
  for (let bit = volume.superblock.inodesPerGroup; bit < bitmap.length * 8; bit++) setBit(bitmap, bit)
  return bitmap
}

function setBit(bitmap: Uint8Array, bit: number): void {
  bitmap[bit >> 3] = (bitmap[bit >> 3] ?? 0) | (1 << (bit & 7))
}

/**
 * The file system's own blocks, which no file holds: an extent that says otherwise is damage, and following it would
 * write over them.
 */
export function systemZone(volume: Volume, groups: Groups): BlockSet {
  const ranges: BlockRange[] = [{ start: 0, count: volume.superblock.firstDataBlock + 1 }]
  for (let group = 0; group < groups.count; group++) {
    ranges.push(headOf(volume, group, { withReserve: false }), ...tablesOf(volume, groups, group))
  }
  return new BlockSet(ranges)
}

/** Blocks, held as few ranges. */
export class BlockSet {
  readonly #ranges: readonly BlockRange[]

  constructor(ranges: readonly BlockRange[]) {
    this.#ranges = joined(ranges)
  }

  overlaps(range: BlockRange): boolean {
    let [low, high] = [0, this.#ranges.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const own = this.#ranges[middle] as BlockRange
      if (own.start + own.count <= range.start) low = middle + 1
      else high = middle
    }
    const next = this.#ranges[low]
    return next !== undefined && next.start < range.start + range.count
  }
}

/** Sorted by start, what touches or overlaps as one. */
export function joined(ranges: readonly BlockRange[]): BlockRange[] {
  const result: BlockRange[] = []
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1)
    if (range.count === 0) continue
    if (last !== undefined && range.start <= last.start + last.count) {
      const end = Math.max(last.start + last.count, range.start + range.count)
      result[result.length - 1] = { start: last.start, count: end - last.start }
    } else result.push(range)
  }
  return result
}
