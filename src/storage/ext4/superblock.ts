import type { Bytes } from '../../base/bytes/bytes.ts'
import { crc32c } from '../../base/bytes/crc32c.ts'
import { TargetError } from '../../base/errors.ts'
import { assertEditable, COMPAT, INCOMPAT, RO_COMPAT } from './features.ts'
import { get8, get16, get32, put32 } from './fields.ts'

/** Where the superblock is, in bytes from the partition's start, and how long. */
export const SUPERBLOCK_OFFSET = 1024

const SUPERBLOCK_SIZE = 1024

/** Inodes that directories never name, but for the root's; what has a purpose of its own (journal, resize_inode). */
export const ROOT_INODE = 2
const MIN_FIRST_INODE = 11
const MAGIC = 0xef53
const STATE_CLEAN = 1
const CRC32C = 1
const LINUX = 0
const UNSIGNED_HASH = 0x2

/** Offsets of the fields that are written again. */
export const SUPERBLOCK_FIELDS = {
  freeBlocksLow: 0xc,
  freeInodes: 0x10,
  writtenLow: 0x30,
  incompat: 0x60,
  roCompat: 0x64,
  firstOrphan: 0xe8,
  freeBlocksHigh: 0x158,
  writtenHigh: 0x274,
  checksum: 0x3fc,
} as const

/** What the superblock says of the file system, checked (Linux Documentation/filesystems/ext4, "Super Block"). */
export interface Superblock {
  /** In bytes. */
  readonly blockSize: number
  readonly blockCount: number
  /** 1 with blocks of 1 KiB, whose first one is the boot sector's alone; else 0. */
  readonly firstDataBlock: number
  readonly blocksPerGroup: number
  readonly groupCount: number
  readonly inodeCount: number
  readonly inodesPerGroup: number
  readonly inodeSize: number
  /** What a new inode has beyond its first 128 bytes, before its extended attributes. */
  readonly extraInodeSize: number
  readonly firstInode: number
  /** The inode that holds the journal; 0: there is none. */
  readonly journal: number
  /** The inode that lists inodes to be removed; 0: none. No directory names it. */
  readonly orphanFile: number
  readonly descriptorSize: number
  /** Blocks with the group descriptors, and those kept free after them for growing. */
  readonly descriptorBlocks: number
  readonly reservedDescriptorBlocks: number
  readonly isSparse: boolean
  readonly isWide: boolean
  readonly hasChecksums: boolean
  readonly checksumSeed: number
  readonly hasHugeFiles: boolean
  readonly hasUncountedLinks: boolean
  readonly hasLargeDirectories: boolean
  readonly hashSeed: readonly [number, number, number, number]
  readonly isHashUnsigned: boolean
}

/** What to call a file system in messages, and the command that repairs it where pibake does not. */
export interface Naming {
  readonly label: string
  readonly repair?: string | undefined
}

/** @throws TargetError when it is not an ext4 file system, has errors, unknown features, or does not fit into `bytes` */
export function readSuperblock(bytes: Bytes, naming: Naming): { superblock: Superblock; raw: Uint8Array } {
  const { label } = naming
  if (bytes.size < SUPERBLOCK_OFFSET + SUPERBLOCK_SIZE) throw noExt4(label)
  const raw = new Uint8Array(bytes.read(SUPERBLOCK_OFFSET, SUPERBLOCK_SIZE))
  if (get16(raw, 0x38) !== MAGIC) throw noExt4(label)
  if (get32(raw, 0x4c) < 1) throw new TargetError(`${label}: the file system is older than ext3`)
  const features = { compat: get32(raw, 0x5c), incompat: get32(raw, 0x60), roCompat: get32(raw, 0x64) }
  assertEditable(features, label)
  const hasChecksums = (features.roCompat & RO_COMPAT.CHECKSUMS) !== 0
  if (hasChecksums) assertChecksum(raw, label)
  assertClean(raw, features.compat, naming)

  const isWide = (features.incompat & INCOMPAT.WIDE) !== 0
  const blockSize = 1024 * 2 ** get32(raw, 0x18)
  const blockCount = get32(raw, 0x4) + (isWide ? get32(raw, 0x150) * 2 ** 32 : 0)
  const firstDataBlock = get32(raw, 0x14)
  const blocksPerGroup = get32(raw, 0x20)
  const groupCount = Math.ceil((blockCount - firstDataBlock) / blocksPerGroup)
  const descriptorSize = isWide ? get16(raw, 0xfe) : 32
  const inodeSize = get16(raw, 0x58)
  const superblock: Superblock = {
    blockSize,
    blockCount,
    firstDataBlock,
    blocksPerGroup,
    groupCount,
    inodeCount: get32(raw, 0x0),
    inodesPerGroup: get32(raw, 0x28),
    inodeSize,
    extraInodeSize: inodeSize > 128 ? Math.max(32, get16(raw, 0x15c), get16(raw, 0x15e)) : 0,
    firstInode: get32(raw, 0x54),
    journal: (features.compat & COMPAT.HAS_JOURNAL) !== 0 ? get32(raw, 0xe0) : 0,
    orphanFile: (features.compat & COMPAT.ORPHAN_FILE) !== 0 ? get32(raw, 0x280) : 0,
    descriptorSize,
    descriptorBlocks: Math.ceil((groupCount * descriptorSize) / blockSize),
    reservedDescriptorBlocks: get16(raw, 0xce),
    isSparse: (features.roCompat & RO_COMPAT.SPARSE_SUPER) !== 0,
    isWide,
    hasChecksums,
    checksumSeed:
      (features.incompat & INCOMPAT.CHECKSUM_SEED) !== 0 ? get32(raw, 0x270) : crc32c(0xffffffff, raw, 0x68, 0x78),
    hasHugeFiles: (features.roCompat & RO_COMPAT.HUGE_FILE) !== 0,
    hasUncountedLinks: (features.roCompat & RO_COMPAT.DIR_NLINK) !== 0,
    hasLargeDirectories: (features.incompat & INCOMPAT.LARGE_DIRECTORY) !== 0,
    hashSeed: [get32(raw, 0xec), get32(raw, 0xf0), get32(raw, 0xf4), get32(raw, 0xf8)],
    isHashUnsigned: (get32(raw, 0x160) & UNSIGNED_HASH) !== 0,
  }
  assertGeometry(superblock, get32(raw, 0x1c) === get32(raw, 0x18) && get32(raw, 0x24) === blocksPerGroup, label)
  assertFits(superblock, bytes.size, label)
  return { superblock, raw }
}

/** Whether the journal has to be replayed first. What else is wrong, {@link readSuperblock} says. */
export function needsRecovery(bytes: Bytes): boolean {
  if (bytes.size < SUPERBLOCK_OFFSET + SUPERBLOCK_SIZE) return false
  const raw = bytes.read(SUPERBLOCK_OFFSET, SUPERBLOCK_SIZE)
  return get16(raw, 0x38) === MAGIC && (get32(raw, SUPERBLOCK_FIELDS.incompat) & INCOMPAT.RECOVER) !== 0
}

/** How to go on with a file system that is damaged, or was left in a state that pibake does not put in order. */
export function repairHint({ repair = 'e2fsck -fy' }: Naming): string {
  return `repair it first: ${repair}`
}

/** Sums it up, before it is written. */
export function sealSuperblock(raw: Uint8Array, { hasChecksums }: Superblock): void {
  const { checksum } = SUPERBLOCK_FIELDS
  if (hasChecksums) put32(raw, checksum, crc32c(0xffffffff, raw, 0, checksum))
}

function noExt4(label: string): TargetError {
  return new TargetError(`${label}: there is no ext4 file system`)
}

function assertChecksum(raw: Uint8Array, label: string): void {
  const isRight = get8(raw, 0x175) === CRC32C && crc32c(0xffffffff, raw, 0, 0x3fc) === get32(raw, 0x3fc)
  if (!isRight)
    throw new TargetError(`${label}: the superblock of the ext4 file system is damaged: its checksum is wrong`)
}

function assertClean(raw: Uint8Array, compat: number, naming: Naming): void {
  const fail = (what: string) => {
    throw new TargetError(`${naming.label}: the ext4 file system ${what}`, { hint: repairHint(naming) })
  }
  const state = get16(raw, 0x3a)
  if ((state & STATE_CLEAN) === 0) fail('was not unmounted cleanly')
  if (state !== STATE_CLEAN) fail('has errors, says its superblock')
  if ((compat & COMPAT.HAS_JOURNAL) !== 0 && get32(raw, 0xe4) !== 0) fail('has its journal on another device')
  if (get32(raw, 0x48) !== LINUX) fail('was not made for Linux')
}

/** Numbers that no mke2fs writes are damage: every place on the disk is computed from them. */
function assertGeometry(s: Superblock, areClustersBlocks: boolean, label: string): void {
  const isPowerOfTwo = (n: number) => n > 0 && (n & (n - 1)) === 0
  const bits = s.blockSize * 8
  const isSane =
    [1024, 2048, 4096].includes(s.blockSize) &&
    areClustersBlocks &&
    s.firstDataBlock === (s.blockSize === 1024 ? 1 : 0) &&
    s.blocksPerGroup > 0 &&
    s.blocksPerGroup <= bits &&
    s.blocksPerGroup % 8 === 0 &&
    isPowerOfTwo(s.inodeSize) &&
    s.inodeSize >= 128 &&
    s.inodeSize <= s.blockSize &&
    s.inodesPerGroup > 0 &&
    s.inodesPerGroup <= bits &&
    s.inodesPerGroup % 8 === 0 &&
    (s.inodesPerGroup * s.inodeSize) % s.blockSize === 0 &&
    s.inodeCount === s.inodesPerGroup * s.groupCount &&
    s.firstInode >= MIN_FIRST_INODE &&
    s.firstInode <= s.inodesPerGroup &&
    s.extraInodeSize % 4 === 0 &&
    s.extraInodeSize <= s.inodeSize - 128 &&
    s.descriptorSize === (s.isWide ? 64 : 32) &&
    1 + s.descriptorBlocks + s.reservedDescriptorBlocks < s.blocksPerGroup
  if (!isSane) throw new TargetError(`${label}: the superblock of the ext4 file system does not make sense`)
}

function assertFits(s: Superblock, size: number, label: string): void {
  const wanted = s.blockCount * s.blockSize
  if (wanted > size) {
    throw new TargetError(
      `${label}: the ext4 file system is ${wanted} bytes long, its partition ${size}: it was cut off`,
    )
  }
  if (s.firstDataBlock + 1 + s.descriptorBlocks >= s.blockCount) {
    throw new TargetError(`${label}: the ext4 file system has no room for its own tables`)
  }
}
