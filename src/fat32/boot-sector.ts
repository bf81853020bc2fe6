import type { Bytes } from '../image/bytes.ts'
import { fieldsOf } from '../image/fields.ts'
import { TargetError } from '../tree/tree.ts'
import { damaged } from './damaged.ts'

/** A table larger than this (16 million clusters) is no boot partition's; it is held in memory as a whole. */
const MAX_TABLE = 64 * 1024 * 1024

/** Where everything is; offsets and sizes in bytes from the partition's start. */
export interface Geometry {
  readonly sectorSize: number
  readonly clusterSize: number
  /** The copies of the file allocation table. */
  readonly tables: readonly number[]
  readonly tableSize: number
  /** Where cluster 2, the first, begins. */
  readonly dataStart: number
  /** The last cluster's number: the first is 2. */
  readonly lastCluster: number
  readonly rootCluster: number
  /** The FSInfo sector, which sums up what is free; `undefined`: there is none. */
  readonly info: number | undefined
}

/**
 * Reads the boot sector.
 *
 * Layout: Microsoft "FAT: General Overview of On-Disk Format" 1.03, BPB; the state byte at 65 is Linux'
 * (include/uapi/linux/msdos_fs.h, `struct fat_boot_sector`).
 *
 *     offset  bytes  field                      offset  bytes  field
 *         11      2  bytes per sector               36      4  sectors per FAT (FAT32)
 *         13      1  sectors per cluster            40      2  flags; bit 7: only one FAT is kept
 *         14      2  reserved sectors               42      2  version, 0
 *         16      1  number of FATs                 44      4  root directory's first cluster
 *         17      2  root entries, 0                48      2  FSInfo sector
 *         19      2  total sectors, if few          65      1  state; bit 0: dirty
 *         22      2  sectors per FAT (FAT12/16)     82      8  "FAT32   "
 *         32      4  total sectors                 510      2  55 AA
 *
 * @throws TargetError when it is not FAT32, is dirty, or its sizes do not fit each other or the partition
 */
export function readGeometry(bytes: Bytes, label: string): Geometry {
  if (bytes.size < 512) throw notFat32(label, 'the partition is smaller than a boot sector')
  const sector = bytes.read(0, 512)
  assertKind(sector, label)
  const fields = fieldsOf(sector)
  const sectorSize = fields.getUint16(11, true)
  const perCluster = fields.getUint8(13)
  const reserved = fields.getUint16(14, true)
  const copies = fields.getUint8(16)
  const total = fields.getUint16(19, true) || fields.getUint32(32, true)
  const tableSize = fields.getUint32(36, true) * sectorSize
  const dataStart = reserved * sectorSize + copies * tableSize

  const must = (holds: boolean, what: string) => {
    if (!holds) throw damaged(label, what)
  }
  must(isPowerOfTwo(sectorSize) && sectorSize >= 512 && sectorSize <= 4096, `sectors of ${sectorSize} bytes`)
  must(isPowerOfTwo(perCluster), `clusters of ${perCluster} sectors`)
  must(reserved > 0, 'no reserved sectors')
  must(copies === 1 || copies === 2, `${copies} allocation tables`)
  must(total * sectorSize <= bytes.size, `it has ${total * sectorSize} bytes, the partition only ${bytes.size}`)
  must(dataStart < total * sectorSize, 'its tables are larger than itself')
  const clusterSize = perCluster * sectorSize
  const lastCluster = Math.floor((total * sectorSize - dataStart) / clusterSize) + 1
  const rootCluster = fields.getUint32(44, true)
  must(lastCluster >= 2, 'it has no cluster')
  must((lastCluster + 1) * 4 <= tableSize, 'its tables are too small for its clusters')
  must(rootCluster >= 2 && rootCluster <= lastCluster, `the root directory begins in cluster ${rootCluster}`)

  if ((fields.getUint16(40, true) & 0x80) !== 0) throw unknown(label, 'only one of the allocation tables is kept')
  if (fields.getUint16(42, true) !== 0) throw unknown(label, `version ${fields.getUint16(42, true)}`)
  if (tableSize > MAX_TABLE) throw unknown(label, `allocation tables of ${tableSize} bytes`)
  if ((fields.getUint8(65) & 1) !== 0) throw dirty(label)
  return {
    sectorSize,
    clusterSize,
    tables: Array.from({ length: copies }, (_, copy) => reserved * sectorSize + copy * tableSize),
    tableSize,
    dataStart,
    lastCluster,
    rootCluster,
    info: infoOffset(fields.getUint16(48, true), reserved, sectorSize),
  }
}

/** @throws TargetError to be thrown when a flag says that the file system was not unmounted */
export function dirty(label: string): TargetError {
  return new TargetError(`${label}: the FAT32 file system was not unmounted cleanly`, {
    hint: 'run fsck.vfat on it, or take a fresh image',
  })
}

function assertKind(sector: Uint8Array, label: string): void {
  const oem = String.fromCharCode(...sector.subarray(3, 11))
  if (oem === 'EXFAT   ') throw notFat32(label, 'it is exFAT')
  if (oem === 'NTFS    ') throw notFat32(label, 'it is NTFS')
  const fields = fieldsOf(sector)
  if (fields.getUint16(510, true) !== 0xaa55) throw notFat32(label, 'there is no boot sector')
  // What the kernel tells FAT12 and FAT16 by.
  if (fields.getUint16(22, true) !== 0) throw notFat32(label, 'it is FAT12 or FAT16')
  if (fields.getUint32(36, true) === 0) throw notFat32(label, 'there is no allocation table')
}

function notFat32(label: string, why: string): TargetError {
  return new TargetError(`${label}: not a FAT32 file system: ${why}`, {
    hint: 'Raspberry Pi OS has FAT32 on its boot partition',
  })
}

function unknown(label: string, what: string): TargetError {
  return new TargetError(`${label}: a FAT32 file system that pibake cannot edit: ${what}`)
}

/** 0 and 0xFFFF mean that there is none. */
function infoOffset(sector: number, reserved: number, sectorSize: number): number | undefined {
  return sector > 0 && sector < reserved ? sector * sectorSize : undefined
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0
}
