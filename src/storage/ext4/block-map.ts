import type { BlockAllocator } from './block-allocator.ts'
import type { BlockRange } from './block-range.ts'
import type { Run } from './block-run.ts'
import { MAX_EXTENT_BLOCKS, nodesFor, readExtents, writeExtents } from './extent-tree.ts'
import { readIndirect } from './indirect-map.ts'
import { FLAG, type Inode } from './inode.ts'
import { type BlockSet, joined } from './layout.ts'
import type { Volume } from './volume.ts'

export interface BlockMap {
  /** In the file's order. */
  readonly runs: readonly Run[]
  /** The blocks that hold the map itself, beyond the inode. */
  readonly nodes: readonly number[]
}

/** Which blocks of the disk are those of a file: reads the maps of ext4 and ext3, writes those of ext4. */
export class BlockMaps {
  readonly #volume: Volume
  readonly #blocks: BlockAllocator
  readonly #zone: BlockSet

  constructor(volume: Volume, blocks: BlockAllocator, zone: BlockSet) {
    this.#volume = volume
    this.#blocks = blocks
    this.#zone = zone
  }

  /** @throws TargetError when the map is damaged: it leads out of the file system, into its tables, or twice to a place */
  read(inode: Inode): BlockMap {
    const read = inode.has(FLAG.EXTENTS) ? readExtents : readIndirect
    const map = read(this.#volume, inode)
    const ranges = [...map.runs, ...map.nodes.map((start) => ({ start, count: 1 }))]
    let held = 0
    for (const range of ranges) {
      this.#volume.assertInside(range)
      if (this.#zone.overlaps(range)) {
        throw this.#volume.damaged(`inode ${inode.number} holds blocks of the file system's own tables`)
      }
      held += range.count
    }
    if (held !== joined(ranges).reduce((sum, { count }) => sum + count, 0)) {
      throw this.#volume.damaged(`inode ${inode.number} holds a block twice`)
    }
    return map
  }

  /**
   * Gives the inode `ranges` as its blocks, from its start on; `old` nodes are used again. The inode is not stored.
   *
   * @returns the nodes of the new map
   */
  write(inode: Inode, ranges: readonly BlockRange[], group: number, old: readonly number[] = []): number[] {
    const runs = toRuns(ranges)
    const wanted = nodesFor(this.#volume, runs.length)
    const nodes = old.slice(0, wanted)
    for (const start of old.slice(wanted)) this.#blocks.release({ start, count: 1 })
    for (const { start, count } of this.#blocks.allocate(wanted - nodes.length, group)) {
      for (let block = start; block < start + count; block++) nodes.push(block)
    }
    inode.flags |= FLAG.EXTENTS
    writeExtents(this.#volume, inode, runs, nodes)
    inode.addBlocks(wanted - old.length, this.#volume.blockSize)
    return nodes
  }
}

/** Ranges in the file's order as runs: neighbours joined, none longer than an extent can be. */
function toRuns(ranges: readonly BlockRange[]): Run[] {
  const runs: Run[] = []
  let logical = 0
  for (const range of ranges) {
    for (let start = range.start; start < range.start + range.count; ) {
      const last = runs.at(-1)
      const room = last !== undefined && last.start + last.count === start ? MAX_EXTENT_BLOCKS - last.count : 0
      const left = range.start + range.count - start
      const count = Math.min(left, room > 0 ? room : MAX_EXTENT_BLOCKS)
      if (last !== undefined && room > 0) runs[runs.length - 1] = { ...last, count: last.count + count }
      else runs.push({ logical, start, count, isWritten: true })
      start += count
      logical += count
    }
  }
  return runs
}
