import { SpaceError } from '../../base/errors.ts'
import type { Bitmap } from './bitmap.ts'
import type { Bitmaps } from './bitmaps.ts'
import type { BlockRange } from './block-range.ts'
import type { Groups } from './group-descriptors.ts'
import type { Volume } from './volume.ts'

/** Where an inode lies. */
export interface InodePlace {
  readonly group: number
  /** In the group's table. */
  readonly index: number
  readonly block: number
  /** In the block. */
  readonly offset: number
}

export function placeOf(volume: Volume, groups: Groups, inode: number): InodePlace {
  const { inodesPerGroup, inodeSize, blockSize } = volume.superblock
  const group = Math.floor((inode - 1) / inodesPerGroup)
  const index = (inode - 1) % inodesPerGroup
  const byte = index * inodeSize
  return {
    group,
    index,
    block: groups.inodeTable(group) + Math.floor(byte / blockSize),
    offset: byte % blockSize,
  }
}

/**
 * Gives out inodes and takes them back: the first free one, in blocks of the inode tables that lie in storage that is
 * written to anyway, from the wanted group on; else the first free one from that group on.
 */
export class InodeAllocator {
  readonly #volume: Volume
  readonly #groups: Groups
  readonly #inodes: Bitmaps
  readonly #blocks: Bitmaps

  constructor(volume: Volume, groups: Groups, inodes: Bitmaps, blocks: Bitmaps) {
    this.#volume = volume
    this.#groups = groups
    this.#inodes = inodes
    this.#blocks = blocks
  }

  free(): number {
    return this.#groups.sum('freeInodes')
  }

  isUsed(inode: number): boolean {
    const { group, index } = placeOf(this.#volume, this.#groups, inode)
    return this.#inodes.of(group).has(index)
  }

  /**
   * The number of an inode whose bytes are all zero.
   *
   * @throws SpaceError when none is free
   */
  allocate(wantedGroup: number, options: { readonly isDirectory: boolean }): number {
    const groups = Array.from({ length: this.#groups.count }, (_, k) => (wantedGroup + k) % this.#groups.count)
    const inodes =
      this.#first(groups, (group, index) => this.#volume.touched.has(this.#tableBlock(group, index))) ??
      this.#first(groups, () => true)
    if (inodes === undefined) {
      throw new SpaceError(`${this.#volume.label}: the file system has no inode left for another file`)
    }
    const [group, index] = inodes
    this.#inodes.change(group, 1).set(index)
    // A group with inodes has a block bitmap: so does the kernel, and so e2fsck wants it.
    this.#blocks.initialise(group)
    if (options.isDirectory) this.#groups.add(group, 'directories', 1)
    const inode = group * this.#volume.superblock.inodesPerGroup + index + 1
    this.#openTable(group, index)
    this.#clear(inode)
    return inode
  }

  /** @throws TargetError when it is free already */
  release(inode: number, options: { readonly isDirectory: boolean }): void {
    this.releaseNumber(inode, options)
    this.#clear(inode)
  }

  /** The same, but that its bytes stay. */
  releaseNumber(inode: number, options: { readonly isDirectory: boolean }): void {
    const { group, index } = placeOf(this.#volume, this.#groups, inode)
    const bitmap = this.#inodes.change(group, -1)
    if (!bitmap.has(index)) throw this.#volume.damaged(`inode ${inode} is free already`)
    bitmap.clear(index)
    if (options.isDirectory) this.#groups.add(group, 'directories', -1)
  }

  #first(
    groups: readonly number[],
    isGood: (group: number, index: number) => boolean,
  ): readonly [number, number] | undefined {
    for (const group of groups) {
      if (this.#groups.get(group, 'freeInodes') === 0) continue
      for (const index of this.#candidates(this.#inodes.of(group), group)) {
        if (isGood(group, index)) return [group, index]
      }
    }
    return undefined
  }

  /** The first free inode of each block of a group's table, as far as the table is in use, and one after that. */
  *#candidates(bitmap: Bitmap, group: number): Generator<number> {
    const reserved = group === 0 ? this.#volume.superblock.firstInode - 1 : 0
    const perBlock = this.#volume.blockSize / this.#volume.superblock.inodeSize
    const end = this.#inUse(group)
    let index = bitmap.next(false, reserved)
    while (index < bitmap.length) {
      yield index
      if (index >= end) return
      index = bitmap.next(false, (Math.floor(index / perBlock) + 1) * perBlock)
    }
  }

  /** How much of a group's table has been written to. */
  #inUse(group: number): number {
    const { hasChecksums, inodesPerGroup } = this.#volume.superblock
    return hasChecksums ? inodesPerGroup - this.#groups.get(group, 'unusedInodes') : inodesPerGroup
  }

  /** What lies between the part of the table that is in use and the new inode was perhaps never written: zeros now. */
  #openTable(group: number, index: number): void {
    const end = this.#inUse(group)
    if (index < end) return
    const first = group * this.#volume.superblock.inodesPerGroup + 1
    for (let skipped = end; skipped < index; skipped++) this.#clear(first + skipped)
    this.#groups.set(group, 'unusedInodes', this.#volume.superblock.inodesPerGroup - index - 1)
  }

  #clear(inode: number): void {
    const { block, offset } = placeOf(this.#volume, this.#groups, inode)
    this.#volume.writeWithin(block, offset, new Uint8Array(this.#volume.superblock.inodeSize))
  }

  #tableBlock(group: number, index: number): BlockRange {
    const { inodesPerGroup } = this.#volume.superblock
    return { start: placeOf(this.#volume, this.#groups, group * inodesPerGroup + index + 1).block, count: 1 }
  }
}
