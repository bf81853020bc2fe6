import { FullError } from '../../base/errors.ts'
import type { Bitmaps } from './bitmaps.ts'
import type { BlockRange } from './block-range.ts'
import type { Groups } from './group-descriptors.ts'
import { joined } from './layout.ts'
import type { Volume } from './volume.ts'

/** Pieces that an inode holds without a block more. */
const FEW = 4

/**
 * Gives out blocks and takes them back. What it chooses depends on nothing but the file system and what was asked
 * before, and is, in this order: one piece in storage that is written to anyway, so that less of a compressed image has
 * to be coded again; a few pieces there; one piece from the wanted group on; any pieces.
 *
 * The blocks that are kept for root are given out too: what is written here is root's work.
 */
export class BlockAllocator {
  readonly #volume: Volume
  readonly #groups: Groups
  readonly #bitmaps: Bitmaps

  constructor(volume: Volume, groups: Groups, bitmaps: Bitmaps) {
    this.#volume = volume
    this.#groups = groups
    this.#bitmaps = bitmaps
  }

  /** In blocks. */
  free(): number {
    return this.#groups.sum('freeBlocks')
  }

  /** @throws SpaceError when there are not as many */
  allocate(count: number, group: number): BlockRange[] {
    if (count === 0) return []
    const free = this.free()
    if (free < count) {
      throw new FullError(`${this.#volume.label}: the file system is full: ${count} blocks are wanted, ${free} free`)
    }
    const touched = this.#volume.touched.ranges()
    const everywhere = this.#groupsFrom(group)
    const chosen =
      this.#piece(touched, count) ??
      this.#pieces(touched, count, FEW) ??
      this.#piece(everywhere, count) ??
      this.#pieces(everywhere, count, Number.POSITIVE_INFINITY)
    if (chosen === undefined) throw this.#volume.damaged('fewer blocks are free than its descriptors say')
    for (const range of chosen) this.#mark(range, true)
    return chosen
  }

  /** @throws TargetError when one of them is free already */
  release(range: BlockRange): void {
    this.#volume.assertInside(range)
    for (let start = range.start; start < range.start + range.count; ) {
      const group = this.#volume.group(this.#volume.groupOf(start))
      const end = Math.min(range.start + range.count, group.start + group.count)
      this.#mark({ start, count: end - start }, false)
      start = end
    }
  }

  /** Blocks in use, in order, the file system's own with them. */
  used(): BlockRange[] {
    const used: BlockRange[] = [{ start: 0, count: this.#volume.superblock.firstDataBlock }]
    for (let group = 0; group < this.#groups.count; group++) {
      const { start, count } = this.#volume.group(group)
      let from = 0
      for (const gap of this.#bitmaps.of(group).gaps()) {
        used.push({ start: start + from, count: gap.start - from })
        from = gap.start + gap.count
      }
      used.push({ start: start + from, count: count - from })
    }
    return joined(used)
  }

  /** Every group, from one on and around. */
  #groupsFrom(first: number): BlockRange[] {
    return Array.from({ length: this.#groups.count }, (_, k) => this.#volume.group((first + k) % this.#groups.count))
  }

  /** The first place for all of it. */
  #piece(ranges: readonly BlockRange[], count: number): BlockRange[] | undefined {
    for (const gap of this.#gaps(ranges, count)) if (gap.count >= count) return [{ start: gap.start, count }]
    return undefined
  }

  /** The first places that hold it together, if they are not too many. */
  #pieces(ranges: readonly BlockRange[], count: number, most: number): BlockRange[] | undefined {
    const found: BlockRange[] = []
    let missing = count
    for (const gap of this.#gaps(ranges, 1)) {
      if (found.length >= most) return undefined
      const taken = Math.min(gap.count, missing)
      found.push({ start: gap.start, count: taken })
      missing -= taken
      if (missing === 0) return found
    }
    return undefined
  }

  /** Runs of free blocks; groups with fewer than `least` of them are not looked at. */
  *#gaps(ranges: readonly BlockRange[], least: number): Generator<BlockRange> {
    for (const range of ranges) {
      const from = Math.max(range.start, this.#volume.superblock.firstDataBlock)
      const last = this.#volume.groupOf(range.start + range.count - 1)
      for (let index = this.#volume.groupOf(from); index <= last; index++) {
        if (this.#groups.get(index, 'freeBlocks') < least) continue
        const group = this.#volume.group(index)
        const start = Math.max(from - group.start, 0)
        const end = Math.min(range.start + range.count - group.start, group.count)
        for (const gap of this.#bitmaps.of(index).gaps(start, end)) {
          yield { start: group.start + gap.start, count: gap.count }
        }
      }
    }
  }

  /** Of blocks of one group. */
  #mark(range: BlockRange, isUsed: boolean): void {
    const index = this.#volume.groupOf(range.start)
    const first = range.start - this.#volume.group(index).start
    const bitmap = this.#bitmaps.change(index, isUsed ? range.count : -range.count)
    for (let bit = first; bit < first + range.count; bit++) {
      if (bitmap.has(bit) === isUsed) throw this.#volume.damaged(`block ${range.start} is held twice`)
      if (isUsed) bitmap.set(bit)
      else bitmap.clear(bit)
    }
  }
}
