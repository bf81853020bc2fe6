import { crc32cOfWord, crc32cWithout } from '../../base/bytes/crc32c.ts'
import { get16, get32, put16 } from './fields.ts'
import type { Volume } from './volume.ts'

/** A group without block bitmap, inode bitmap yet. */
export const BLOCK_UNINIT = 0x2

export const INODE_UNINIT = 0x1

/**
 * Offsets in a descriptor: low half, high half. The high halves are there in descriptors of 64 bytes, those of file
 * systems with 64bit (Linux Documentation/filesystems/ext4, "Block Group Descriptors").
 */
const FIELDS = {
  blockBitmap: [0x0, 0x20],
  inodeBitmap: [0x4, 0x24],
  inodeTable: [0x8, 0x28],
  freeBlocks: [0xc, 0x2c],
  freeInodes: [0xe, 0x2e],
  directories: [0x10, 0x30],
  blockBitmapChecksum: [0x18, 0x38],
  inodeBitmapChecksum: [0x1a, 0x3a],
  unusedInodes: [0x1c, 0x32],
} as const
const FLAGS = 0x12
const CHECKSUM = 0x1e

type Place = 'blockBitmap' | 'inodeBitmap' | 'inodeTable'
type Count = Exclude<keyof typeof FIELDS, Place>

/** The descriptors of all groups, kept in memory; {@link Groups.flush} writes the changed ones. */
export class Groups {
  readonly #volume: Volume
  readonly #table: Uint8Array
  readonly #changed = new Set<number>()

  /** @throws TargetError when a checksum is wrong or a group's tables lie outside of the file system */
  constructor(volume: Volume) {
    this.#volume = volume
    const { firstDataBlock, descriptorBlocks } = volume.superblock
    this.#table = volume.readRange({ start: firstDataBlock + 1, count: descriptorBlocks }).slice()
    for (let group = 0; group < this.count; group++) this.#assertSane(group)
  }

  get count(): number {
    return this.#volume.superblock.groupCount
  }

  blockBitmap(group: number): number {
    return this.#place(group, 'blockBitmap')
  }

  inodeBitmap(group: number): number {
    return this.#place(group, 'inodeBitmap')
  }

  inodeTable(group: number): number {
    return this.#place(group, 'inodeTable')
  }

  get(group: number, field: Count): number {
    const [low, high] = FIELDS[field]
    return get16(this.#table, this.#at(group) + low) + this.#high(group, high, get16) * 0x10000
  }

  set(group: number, field: Count, value: number): void {
    const [low, high] = FIELDS[field]
    put16(this.#table, this.#at(group) + low, value)
    if (this.#volume.superblock.isWide) put16(this.#table, this.#at(group) + high, value >>> 16)
    this.#change(group)
  }

  /** @throws TargetError when a count would fall below zero: the descriptor is not what the bitmap says */
  add(group: number, field: Count, by: number): void {
    const value = this.get(group, field) + by
    if (value < 0) throw this.#volume.damaged(`the counts of group ${group} are wrong`)
    this.set(group, field, value)
  }

  /** Without checksums the flags mean nothing: every group is as its tables say. */
  has(group: number, flag: number): boolean {
    return this.#volume.superblock.hasChecksums && (get16(this.#table, this.#at(group) + FLAGS) & flag) !== 0
  }

  clear(group: number, flag: number): void {
    const at = this.#at(group) + FLAGS
    put16(this.#table, at, get16(this.#table, at) & ~flag)
    this.#change(group)
  }

  /** Of all groups. */
  sum(field: Count): number {
    let total = 0
    for (let group = 0; group < this.count; group++) total += this.get(group, field)
    return total
  }

  flush(): void {
    if (this.#volume.superblock.hasChecksums) {
      for (const group of this.#changed) put16(this.#table, this.#at(group) + CHECKSUM, this.#checksum(group))
    }
    for (const block of new Set([...this.#changed].map((group) => this.#blockOf(group)))) this.#writeBlock(block)
    this.#changed.clear()
  }

  /** A descriptor is written in the end; that it will be is known to the allocators now. */
  #change(group: number): void {
    if (this.#changed.has(group)) return
    this.#changed.add(group)
    this.#writeBlock(this.#blockOf(group))
  }

  #blockOf(group: number): number {
    return Math.floor(this.#at(group) / this.#volume.blockSize)
  }

  #writeBlock(index: number): void {
    const size = this.#volume.blockSize
    const start = this.#volume.superblock.firstDataBlock + 1
    this.#volume.write(start + index, this.#table.subarray(index * size, (index + 1) * size))
  }

  #at(group: number): number {
    return group * this.#volume.superblock.descriptorSize
  }

  #high(group: number, offset: number, get: (bytes: Uint8Array, offset: number) => number): number {
    return this.#volume.superblock.isWide ? get(this.#table, this.#at(group) + offset) : 0
  }

  #place(group: number, field: Place): number {
    const [low, high] = FIELDS[field]
    return get32(this.#table, this.#at(group) + low) + this.#high(group, high, get32) * 2 ** 32
  }

  #checksum(group: number): number {
    const seed = crc32cOfWord(this.#volume.superblock.checksumSeed, group)
    const descriptor = this.#table.subarray(this.#at(group), this.#at(group + 1))
    return crc32cWithout(seed, descriptor, CHECKSUM, 2) & 0xffff
  }

  #assertSane(group: number): void {
    const volume = this.#volume
    if (volume.superblock.hasChecksums && this.#checksum(group) !== get16(this.#table, this.#at(group) + CHECKSUM)) {
      throw volume.damaged(`the checksum of the descriptor of group ${group} is wrong`)
    }
    const firstFree = volume.superblock.firstDataBlock + 1 + volume.superblock.descriptorBlocks
    const tables = [
      { start: this.blockBitmap(group), count: 1 },
      { start: this.inodeBitmap(group), count: 1 },
      { start: this.inodeTable(group), count: inodeTableBlocks(volume) },
    ]
    for (const table of tables) {
      volume.assertInside(table)
      if (table.start < firstFree) throw volume.damaged(`the tables of group ${group} lie over the descriptors`)
    }
    const { inodesPerGroup } = volume.superblock
    const isCounted =
      this.get(group, 'freeBlocks') <= volume.group(group).count &&
      this.get(group, 'freeInodes') <= inodesPerGroup &&
      this.get(group, 'unusedInodes') <= inodesPerGroup
    if (!isCounted) throw volume.damaged(`the counts of group ${group} are wrong`)
  }
}

/** Where the inode table of a group begins, read by itself: for when not all descriptors count yet. */
export function inodeTableOf(volume: Volume, group: number): number {
  const { firstDataBlock, descriptorSize, blockSize, isWide } = volume.superblock
  const byte = group * descriptorSize
  const block = volume.read(firstDataBlock + 1 + Math.floor(byte / blockSize))
  const [low, high] = FIELDS.inodeTable
  return get32(block, (byte % blockSize) + low) + (isWide ? get32(block, (byte % blockSize) + high) * 2 ** 32 : 0)
}

/** Blocks of the inode table of one group. */
export function inodeTableBlocks(volume: Volume): number {
  const { inodesPerGroup, inodeSize, blockSize } = volume.superblock
  return (inodesPerGroup * inodeSize) / blockSize
}
