import type { Bytes } from '../../base/bytes/bytes.ts'
import { type Content, contentOf } from './content.ts'
import { readGpt } from './gpt.ts'
import { readLogical, readMbr } from './mbr.ts'
import { noTable } from './no-table.ts'
import { badTable, type Partition, SECTOR } from './partition-entry.ts'

const SLACK = 64 * 1024 * 1024

/** A partition of the table and what is in it. */
export interface FoundPartition extends Partition {
  readonly content: Content | undefined
}

/**
 * The partitions of an image, logical ones too, with what is in them by their magic numbers. Whether a file system can be
 * edited is found when it is opened.
 *
 * @throws TargetError when there is no table or it is damaged, or when a partition lies outside the image or on another one
 */
export function readPartitions(bytes: Bytes, label: string): readonly FoundPartition[] {
  const partitions = readTable(bytes, label)
  if (partitions.length === 0) throw noTable(bytes, label, 'its partition table is empty')
  assertPlaces(partitions, bytes.size, label)
  const logical = partitions.filter(({ isExtended }) => isExtended).flatMap((extended) => readLogical(bytes, extended))
  assertPlaces(logical, bytes.size, label)
  return [...partitions.filter(({ isExtended }) => !isExtended), ...logical].map((partition) => ({
    ...partition,
    content: contentOf(bytes, partition.offset, partition.size),
  }))
}

/**
 * The size that an image may have whose table is in `first`, its first MiB: the end of its last partition, and room for
 * the copy of a GPT and for alignment. What claims to be larger is not an image but a bomb.
 *
 * @throws TargetError when there is no table or it is damaged
 */
export function imageLimit(first: Uint8Array, label: string): number {
  return imageEnd(first, label) + SLACK
}

/** Where the last partition ends, as the first MiB of an image says. */
export function imageEnd(first: Uint8Array, label: string): number {
  const own = new Uint8Array(first)
  const bytes: Bytes = { size: own.length, read: (offset, length) => own.subarray(offset, offset + length) }
  return Math.max(0, ...readTable(bytes, label).map(({ offset, size }) => offset + size))
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

/** A partition, and what its file system uses, in bytes from the partition's start; undefined: that is not known. */
export interface UsedPartition extends Piece {
  readonly used: readonly Piece[] | undefined
}

/** A part of an image, in bytes. */
export interface Piece {
  readonly offset: number
  readonly length: number
}
