import { TargetError } from '../tree/tree.ts'
import type { Bytes } from './bytes.ts'
import { fieldsOf } from './fields.ts'
import { readGpt } from './gpt.ts'
import { readMbr } from './mbr.ts'
import { badTable, type Partition, SECTOR } from './partition-entry.ts'

/** In bytes from the image's start. */
export interface Range {
  readonly offset: number
  readonly size: number
}

const SLACK = 64 * 1024 * 1024

type Kind = 'fat' | 'ext4' | 'luks' | undefined

const ONE_SYSTEM =
  'pibake edits images with one boot partition (FAT32) and one root partition (ext4), as Raspberry Pi OS has'

/**
 * Finds the boot and the root partition: by the table and by what is in them, not by their names. Whether their file
 * systems can be edited is found when they are opened.
 *
 * @throws TargetError when there is no table or it is damaged, when a partition lies outside the image or on another
 *   one, is encrypted, or when it is not plain which ones are meant
 */
export function findPartitions(bytes: Bytes, label: string): { readonly boot?: Range; readonly root: Range } {
  const partitions = readTable(bytes, label)
  if (partitions.length === 0)
    throw badTable(label, 'its partition table is empty', 'give an image of a whole card, not of one partition')
  assertPlaces(partitions, bytes.size, label)
  const kinds = partitions.map((partition) => ({ partition, kind: kindOf(bytes, partition) }))
  const of = (kind: Kind) => kinds.filter((found) => found.kind === kind).map(({ partition }) => partition)
  const [encrypted] = of('luks')
  if (encrypted !== undefined) {
    throw new TargetError(`${label}: partition ${encrypted.number} is encrypted (LUKS)`, {
      hint: 'open it and mount what is in it, then use --boot and --root',
    })
  }
  const root = theOnly(of('ext4'), 'root partition (ext4)', label)
  const boot = theOnly(of('fat'), 'boot partition (FAT)', label)
  if (root === undefined) throw noRoot(partitions, label)
  return boot === undefined ? { root: range(root) } : { boot: range(boot), root: range(root) }
}

/**
 * The size that an image may have whose table is in `first`, its first MiB: the end of its last partition, and room for
 * the copy of a GPT and for alignment. What claims to be larger is no image but a bomb.
 *
 * @throws TargetError when there is no table or it is damaged
 */
export function imageLimit(first: Uint8Array, label: string): number {
  const own = new Uint8Array(first)
  const bytes: Bytes = { size: own.length, read: (offset, length) => own.subarray(offset, offset + length) }
  return Math.max(0, ...readTable(bytes, label).map(({ offset, size }) => offset + size)) + SLACK
}

function readTable(bytes: Bytes, label: string): readonly Partition[] {
  const mbr = readMbr(bytes, label)
  return mbr.isProtective ? readGpt(bytes, label) : mbr.partitions
}

function assertPlaces(partitions: readonly Partition[], size: number, label: string): void {
  const sorted = [...partitions].sort((a, b) => a.offset - b.offset)
  let end = SECTOR
  let before = 'the partition table'
  for (const { number, offset, size: length } of sorted) {
    if (offset + length > size) {
      throw badTable(label, `truncated: partition ${number} ends at ${offset + length}, the image at ${size} bytes`)
    }
    if (offset < end) throw badTable(label, `partition ${number} overlaps ${before}`)
    end = offset + length
    before = `partition ${number}`
  }
}

/**
 * What a partition holds, by its magic numbers: FAT's boot sector (a jump, sector and cluster sizes, 55 AA at 510),
 * ext2/3/4's superblock (0xEF53 at 1024 + 56), LUKS 1 and 2 ("LUKS" BA BE at 0).
 */
function kindOf(bytes: Bytes, partition: Partition): Kind {
  if (partition.isExtended || partition.size < 2048) return undefined
  const start = bytes.read(partition.offset, 2048)
  const fields = fieldsOf(start)
  if (fields.getUint32(0) === 0x4c554b53 && fields.getUint16(4) === 0xbabe) return 'luks'
  if (fields.getUint16(1024 + 56, true) === 0xef53) return 'ext4'
  return isFat(fields) ? 'fat' : undefined
}

function isFat(fields: DataView): boolean {
  const jump = fields.getUint8(0)
  const perCluster = fields.getUint8(13)
  return (
    fields.getUint16(510, true) === 0xaa55 &&
    (jump === 0xeb || jump === 0xe9) &&
    [512, 1024, 2048, 4096].includes(fields.getUint16(11, true)) &&
    perCluster > 0 &&
    (perCluster & (perCluster - 1)) === 0 &&
    (fields.getUint8(16) === 1 || fields.getUint8(16) === 2)
  )
}

function theOnly(candidates: readonly Partition[], what: string, label: string): Partition | undefined {
  if (candidates.length > 1) {
    const numbers = candidates.map(({ number }) => number).join(' and ')
    throw new TargetError(`${label}: more than one ${what}: ${numbers}`, { hint: ONE_SYSTEM })
  }
  return candidates[0]
}

function noRoot(partitions: readonly Partition[], label: string): TargetError {
  const extended = partitions.find(({ isExtended }) => isExtended)
  const where =
    extended === undefined ? '' : `; what is inside the extended partition ${extended.number} is not looked at`
  return new TargetError(`${label}: no root partition (ext4)${where}`, { hint: ONE_SYSTEM })
}

function range({ offset, size }: Partition): Range {
  return { offset, size }
}
