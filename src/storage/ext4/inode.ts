import { get16, get32, high32, put16, put32 } from './fields.ts'

export const TYPE = {
  FIFO: 0x1000,
  CHARACTER_DEVICE: 0x2000,
  DIRECTORY: 0x4000,
  BLOCK_DEVICE: 0x6000,
  FILE: 0x8000,
  SYMLINK: 0xa000,
  SOCKET: 0xc000,
} as const

export const FLAG = {
  /** The directory has an index by hash. */
  INDEX: 0x1000,
  /** `blocksHeld` counts blocks, not sectors. */
  HUGE: 0x40000,
  /** The map is an extent tree. */
  EXTENTS: 0x80000,
} as const

/** What belongs to features that are refused: encrypted, verity, in another inode, inline, casefolded. */
const FOREIGN_FLAGS = 0x800 | 0x100000 | 0x200000 | 0x10000000 | 0x40000000

/** Offsets (Linux Documentation/filesystems/ext4, "Index Nodes"); from `extraSize` on in inodes above 128 bytes only. */
const AT = {
  mode: 0x0,
  uidLow: 0x2,
  sizeLow: 0x4,
  atime: 0x8,
  ctime: 0xc,
  mtime: 0x10,
  deleted: 0x14,
  gidLow: 0x18,
  links: 0x1a,
  blocksLow: 0x1c,
  flags: 0x20,
  map: 0x28,
  generation: 0x64,
  xattrBlockLow: 0x68,
  sizeHigh: 0x6c,
  blocksHigh: 0x74,
  xattrBlockHigh: 0x76,
  uidHigh: 0x78,
  gidHigh: 0x7a,
  extraSize: 0x80,
  ctimeExtra: 0x84,
  mtimeExtra: 0x88,
  atimeExtra: 0x8c,
  crtime: 0x90,
  crtimeExtra: 0x94,
} as const

/** The root of an extent tree, block pointers, or the target of a short symbolic link. */
export const MAP_SIZE = 60

/** Of an inode without extra fields. */
export const OLD_INODE_SIZE = 128
const SECTOR = 512
const MAX_OLD_TIME = 0x7fffffff
const MAX_TIME = 0x37fffffff

/** One inode: its bytes, and their fields by name. {@link InodeTable} reads and writes it. */
export class Inode {
  readonly number: number
  readonly bytes: Uint8Array

  constructor(number: number, bytes: Uint8Array) {
    this.number = number
    this.bytes = bytes
  }

  get type(): number {
    return get16(this.bytes, AT.mode) & 0xf000
  }

  get isDirectory(): boolean {
    return this.type === TYPE.DIRECTORY
  }

  /** The twelve permission bits. */
  get mode(): number {
    return get16(this.bytes, AT.mode) & 0o7777
  }

  setMode(type: number, mode: number): void {
    put16(this.bytes, AT.mode, type | (mode & 0o7777))
  }

  get uid(): number {
    return get16(this.bytes, AT.uidLow) + get16(this.bytes, AT.uidHigh) * 0x10000
  }

  get gid(): number {
    return get16(this.bytes, AT.gidLow) + get16(this.bytes, AT.gidHigh) * 0x10000
  }

  setOwner(owner: { readonly uid: number; readonly gid: number }): void {
    put16(this.bytes, AT.uidLow, owner.uid)
    put16(this.bytes, AT.uidHigh, owner.uid >>> 16)
    put16(this.bytes, AT.gidLow, owner.gid)
    put16(this.bytes, AT.gidHigh, owner.gid >>> 16)
  }

  /** When it was deleted, in seconds; in an orphan, the number of the next one. */
  get deleted(): number {
    return get32(this.bytes, AT.deleted)
  }

  set deleted(value: number) {
    put32(this.bytes, AT.deleted, value)
  }

  /** In bytes. */
  get size(): number {
    return get32(this.bytes, AT.sizeLow) + get32(this.bytes, AT.sizeHigh) * 2 ** 32
  }

  set size(size: number) {
    put32(this.bytes, AT.sizeLow, size)
    put32(this.bytes, AT.sizeHigh, high32(size))
  }

  get links(): number {
    return get16(this.bytes, AT.links)
  }

  set links(count: number) {
    put16(this.bytes, AT.links, count)
  }

  get generation(): number {
    return get32(this.bytes, AT.generation)
  }

  get flags(): number {
    return get32(this.bytes, AT.flags)
  }

  set flags(flags: number) {
    put32(this.bytes, AT.flags, flags)
  }

  has(flag: number): boolean {
    return (this.flags & flag) !== 0
  }

  get isForeign(): boolean {
    return this.has(FOREIGN_FLAGS)
  }

  /** A view: what is written into it is in the inode. */
  get map(): Uint8Array {
    return this.bytes.subarray(AT.map, AT.map + MAP_SIZE)
  }

  /** The block with extended attributes; 0: none. */
  get xattrBlock(): number {
    return get32(this.bytes, AT.xattrBlockLow) + get16(this.bytes, AT.xattrBlockHigh) * 2 ** 32
  }

  set xattrBlock(block: number) {
    put32(this.bytes, AT.xattrBlockLow, block)
    put16(this.bytes, AT.xattrBlockHigh, high32(block))
  }

  /** How many bytes of fields follow the first 128. */
  get extraSize(): number {
    return this.bytes.length > OLD_INODE_SIZE ? get16(this.bytes, AT.extraSize) : 0
  }

  /** What is counted as held: data, the blocks of its map, the block of its extended attributes. */
  addBlocks(count: number, blockSize: number): void {
    const unit = this.has(FLAG.HUGE) ? blockSize : SECTOR
    const held = get32(this.bytes, AT.blocksLow) + get16(this.bytes, AT.blocksHigh) * 2 ** 32
    const sum = Math.max(held + (count * blockSize) / unit, 0)
    put32(this.bytes, AT.blocksLow, sum)
    put16(this.bytes, AT.blocksHigh, high32(sum))
  }

  /** Makes it a new inode of a type; its extended attributes stay, and so does what the checksums of its blocks need. */
  renew(type: number, extraSize: number): void {
    const { generation, xattrBlock } = this
    const keptExtra = this.extraSize
    this.bytes.fill(0, 0, OLD_INODE_SIZE)
    if (this.bytes.length > OLD_INODE_SIZE) {
      const size = keptExtra > 0 ? keptExtra : extraSize
      this.bytes.fill(0, OLD_INODE_SIZE, OLD_INODE_SIZE + size)
      put16(this.bytes, AT.extraSize, size)
    }
    put32(this.bytes, AT.generation, generation)
    this.xattrBlock = xattrBlock
    this.setMode(type, 0)
    this.links = 1
  }

  /** Born, read, changed and written at `time` (seconds). */
  setAllTimes(time: number): void {
    this.#setTime(AT.atime, AT.atimeExtra, time)
    this.setChanged(time)
    if (this.#hasField(AT.crtimeExtra)) this.#setTime(AT.crtime, AT.crtimeExtra, time)
  }

  /** Its content changed at `time`. */
  setChanged(time: number): void {
    this.#setTime(AT.mtime, AT.mtimeExtra, time)
    this.setMetaChanged(time)
  }

  /** Its owner, mode or number of names changed at `time`. */
  setMetaChanged(time: number): void {
    this.#setTime(AT.ctime, AT.ctimeExtra, time)
  }

  /**
   * Signed 32 bits, two more in the extra field beside 30 bits of nanoseconds ("Inode Timestamps"): 1901 to 2446. Without
   * that field until 2038; a later time is cut to what fits, as the kernel does it.
   */
  #setTime(at: number, extraAt: number, time: number): void {
    if (!this.#hasField(extraAt)) {
      put32(this.bytes, at, Math.min(time, MAX_OLD_TIME))
      return
    }
    const kept = Math.min(time, MAX_TIME)
    put32(this.bytes, at, kept)
    put32(this.bytes, extraAt, (kept - (kept | 0)) / 2 ** 32)
  }

  #hasField(at: number): boolean {
    return OLD_INODE_SIZE + this.extraSize >= at + 4
  }
}
