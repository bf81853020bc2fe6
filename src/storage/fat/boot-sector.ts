import type { Bytes } from '../../base/bytes/bytes.ts'
import { fieldsOf } from '../../base/bytes/fields.ts'
import { TargetError } from '../../base/errors.ts'
import { damaged, type Naming } from './damaged.ts'

/** A table larger than this (16 million clusters) is not a boot partition's; it is held in memory as a whole. */
const MAX_TABLE = 64 * 1024 * 1024
/** The most clusters of FAT12 and FAT16: Microsoft, "FAT Type Determination". */
const MOST_OF_FAT12 = 4084
const MOST_OF_FAT16 = 65_524
const SLOT = 32

/** Where everything is; offsets and sizes in bytes from the partition's start. */
export interface Geometry {
  /** FAT16 or FAT32: how many bits an entry of its table has. */
  readonly bits: 16 | 32
  readonly sectorSize: number
  readonly clusterSize: number
  /** The copies of the file allocation table. */
  readonly tables: readonly number[]
  readonly tableSize: number
  /** Where cluster 2, the first, begins. */
  readonly dataStart: number
  /** The last cluster's number: the first is 2. */
  readonly lastCluster: number
  readonly root: RootPlace
  /** Where the byte is whose bit 0 says that it was not unmounted. */
  readonly state: number
  /** The FSInfo sector, which sums up what is free; `undefined`: there is none, as in FAT16. */
  readonly info: number | undefined
}

/** Where the root directory is: in FAT32 a chain of clusters as any other, in FAT16 a place that never grows. */
type RootPlace = { readonly cluster: number } | { readonly offset: number; readonly size: number }

/**
 * Reads the boot sector.
 *
 * Layout: Microsoft "FAT: General Overview of On-Disk Format" 1.03, BPB; the state bytes at 37 and 65 are Linux'
 * (include/uapi/linux/msdos_fs.h, `struct fat_boot_sector`).
 *
 *     offset  bytes  field                      offset  bytes  field of FAT32
 *         11      2  bytes per sector               36      4  sectors per FAT
 *         13      1  sectors per cluster            40      2  flags; bit 7: only one FAT is kept
 *         14      2  reserved sectors               42      2  version, 0
 *         16      1  number of FATs                 44      4  root directory's first cluster
 *         17      2  root entries; FAT32: 0         48      2  FSInfo sector
 *         19      2  total sectors, if few          65      1  state; bit 0: dirty
 *         22      2  sectors per FAT; FAT32: 0  offset  bytes  field of FAT16
 *         32      4  total sectors                  37      1  state; bit 0: dirty
 *        510      2  55 AA
 *
 * The names "FAT16   " and "FAT32   " in it decide nothing. FAT32 has no sectors per FAT at 22, the others have some; FAT12
 * and FAT16 are told by the number of clusters. A FAT32 of fewer clusters than Microsoft wants (`mkfs.vfat -F 32` of a small
 * partition) is FAT32 to Linux, fsck.vfat and mtools, and so it is here.
 *
 * @throws TargetError when it is not FAT16 or FAT32, or its sizes do not fit each other or the partition
 */
export function readGeometry(bytes: Bytes, naming: Naming): Geometry {
  const { label } = naming
  if (bytes.size < 512) throw notFat(label, 'the partition is smaller than a boot sector')
  const sector = bytes.read(0, 512)
  assertKind(sector, label)
  const fields = fieldsOf(sector)
  const sectorSize = fields.getUint16(11, true)
  const perCluster = fields.getUint8(13)
  const reserved = fields.getUint16(14, true)
  const copies = fields.getUint8(16)
  const rootSize = fields.getUint16(17, true) * SLOT
  const total = fields.getUint16(19, true) || fields.getUint32(32, true)
  const isWide = fields.getUint16(22, true) === 0
  const tableSize = (isWide ? fields.getUint32(36, true) : fields.getUint16(22, true)) * sectorSize
  const rootStart = reserved * sectorSize + copies * tableSize
  const dataStart = rootStart + rootSize

  const must = (holds: boolean, what: string) => {
    if (!holds) throw damaged(naming, what)
  }
  must(isPowerOfTwo(sectorSize) && sectorSize >= 512 && sectorSize <= 4096, `sectors of ${sectorSize} bytes`)
  must(isPowerOfTwo(perCluster), `clusters of ${perCluster} sectors`)
  must(reserved > 0, 'no reserved sectors')
  must(copies === 1 || copies === 2, `${copies} allocation tables`)
  must(isWide === (rootSize === 0) && rootSize % sectorSize === 0, `${rootSize / SLOT} entries in its root directory`)
  must(total * sectorSize <= bytes.size, `it has ${total * sectorSize} bytes, the partition only ${bytes.size}`)
  must(dataStart < total * sectorSize, 'its tables are larger than itself')
  const clusterSize = perCluster * sectorSize
  const clusters = Math.floor((total * sectorSize - dataStart) / clusterSize)
  must(clusters > 0, 'it has no cluster')
  if (!isWide && clusters <= MOST_OF_FAT12) throw fat12(label)
  must(isWide || clusters <= MOST_OF_FAT16, `${clusters} clusters, which are more than FAT16 has`)
  const lastCluster = clusters + 1
  must((lastCluster + 1) * (isWide ? 4 : 2) <= tableSize, 'its tables are too small for its clusters')
  const common = {
    sectorSize,
    clusterSize,
    tables: Array.from({ length: copies }, (_, copy) => reserved * sectorSize + copy * tableSize),
    tableSize,
    dataStart,
    lastCluster,
  }
  if (!isWide) {
    return { ...common, bits: 16, state: 37, root: { offset: rootStart, size: rootSize }, info: undefined }
  }
  const cluster = fields.getUint32(44, true)
  must(cluster >= 2 && cluster <= lastCluster, `the root directory begins in cluster ${cluster}`)
  if ((fields.getUint16(40, true) & 0x80) !== 0) throw unknown(label, 'only one of the allocation tables is kept')
  if (fields.getUint16(42, true) !== 0) throw unknown(label, `version ${fields.getUint16(42, true)}`)
  if (tableSize > MAX_TABLE) throw unknown(label, `allocation tables of ${tableSize} bytes`)
  return {
    ...common,
    bits: 32,
    state: 65,
    root: { cluster },
    info: infoOffset(fields.getUint16(48, true), reserved, sectorSize),
  }
}

function assertKind(sector: Uint8Array, label: string): void {
  const oem = String.fromCharCode(...sector.subarray(3, 11))
  if (oem === 'EXFAT   ') throw notFat(label, 'it is exFAT')
  if (oem === 'NTFS    ') throw notFat(label, 'it is NTFS')
  const fields = fieldsOf(sector)
  if (fields.getUint16(510, true) !== 0xaa55) throw notFat(label, 'there is no boot sector')
  // What the kernel tells FAT32 by.
  if (fields.getUint16(22, true) === 0 && fields.getUint32(36, true) === 0)
    throw notFat(label, 'there is no allocation table')
}

function notFat(label: string, why: string): TargetError {
  return new TargetError(`${label}: not a FAT file system: ${why}`, {
    hint: 'Raspberry Pi OS has FAT16 or FAT32 on its boot partition',
  })
}

function fat12(label: string): TargetError {
  return new TargetError(`${label}: the boot partition is FAT12, which pibake does not edit`, {
    hint: 'make its partition larger than 16 MiB and format it with "mkfs.vfat -F 16", or mount it and use --boot and --root',
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
