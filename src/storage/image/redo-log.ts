import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { fieldsOf } from '../../base/bytes/fields.ts'
import { TargetError } from '../../base/errors.ts'
import type { Extent } from './edit.ts'

const MAGIC = 'pibake redo log\n'
const VERSION = 1
const HEADER = 32
const EXTENT = 16
const DIGEST = 32
/** What a disk writes whole or not at all. */
const PIECE = 512

/** An edit of an image that is known whole, and what the image held before. */
export interface RedoLog {
  /** Of the image, in bytes. */
  readonly imageSize: number
  readonly extents: readonly LoggedExtent[]
}

export interface LoggedExtent extends Extent {
  /** CRC32 of each 512 bytes of what was there: enough to tell whether this is the image that the log is for. */
  readonly before: readonly number[]
}

/**
 * A log as bytes; numbers are little-endian.
 *
 *     offset  bytes  field                              then for each extent
 *          0     16  "pibake redo log\n"                     8  offset in the image
 *         16      4  version, 1                              4  length
 *         20      4  number of extents                       4  0
 *         24      8  size of the image                       …  CRC32 of each 512 bytes before, 4 bytes each
 *                                                            …  the new bytes
 *     at the end: 32 bytes, SHA-256 of everything before
 */
export function encodeRedoLog({ imageSize, extents }: RedoLog): Uint8Array {
  const header = new Uint8Array(HEADER)
  const fields = fieldsOf(header)
  header.set(Buffer.from(MAGIC))
  fields.setUint32(16, VERSION, true)
  fields.setUint32(20, extents.length, true)
  fields.setBigUint64(24, BigInt(imageSize), true)
  const parts = [header, ...extents.flatMap((extent) => [extentHead(extent), extent.bytes])]
  return Buffer.concat([...parts, digestOf(parts)])
}

/**
 * @returns `undefined`: it is not a whole log; whoever wrote it had not begun to change the image
 * @throws TargetError when a newer pibake wrote it, or it is whole and contradicts itself: no pibake wrote that
 */
export function decodeRedoLog(log: Uint8Array, label: string): RedoLog | undefined {
  const end = log.length - DIGEST
  if (end < HEADER || Buffer.compare(digestOf([log.subarray(0, end)]), log.subarray(end)) !== 0) return undefined
  const fields = fieldsOf(log)
  if (Buffer.from(log.subarray(0, 16)).toString('latin1') !== MAGIC) return undefined
  if (fields.getUint32(16, true) !== VERSION) {
    throw new TargetError(`${label}: a newer pibake began to edit it, and has to end it`)
  }
  const imageSize = Number(fields.getBigUint64(24, true))
  const extents: LoggedExtent[] = []
  let at = HEADER
  for (let left = fields.getUint32(20, true); left > 0; left--) {
    const extent = at + EXTENT > end ? undefined : extentAt(log, at)
    at += EXTENT + (extent === undefined ? end : extent.before.length * 4 + extent.bytes.length)
    if (extent === undefined || at > end || extent.offset + extent.bytes.length > imageSize) throw contradicts(label)
    extents.push(extent)
  }
  if (at !== end) throw contradicts(label)
  return { imageSize, extents }
}

/** @returns `undefined`: it is longer than the log */
function extentAt(log: Uint8Array, at: number): LoggedExtent | undefined {
  const fields = fieldsOf(log)
  const length = fields.getUint32(at + 8, true)
  const pieces = Math.ceil(length / PIECE)
  const start = at + EXTENT + pieces * 4
  if (start + length > log.length) return undefined
  const before = Array.from({ length: pieces }, (_, i) => fields.getUint32(at + EXTENT + i * 4, true))
  return { offset: Number(fields.getBigUint64(at, true)), bytes: log.subarray(start, start + length), before }
}

function contradicts(label: string): TargetError {
  return new TargetError(`${label}: the log of an interrupted edit contradicts itself: no pibake wrote it`)
}

/** Sums up what an extent of the image holds before it is written. */
export function sumsOf(bytes: Uint8Array): number[] {
  return pieces(bytes).map((piece) => crc32(piece))
}

/** Whether `now` is what the extent may find: of each 512 bytes the old or the new ones. */
export function fits({ bytes, before }: LoggedExtent, now: Uint8Array): boolean {
  const after = pieces(bytes)
  return pieces(now).every(
    (piece, i) => Buffer.compare(piece, after[i] ?? new Uint8Array()) === 0 || crc32(piece) === before[i],
  )
}

function extentHead({ offset, bytes, before }: LoggedExtent): Uint8Array {
  const head = new Uint8Array(EXTENT + before.length * 4)
  const fields = fieldsOf(head)
  fields.setBigUint64(0, BigInt(offset), true)
  fields.setUint32(8, bytes.length, true)
  before.forEach((sum, i) => {
    fields.setUint32(EXTENT + i * 4, sum, true)
  })
  return head
}

function pieces(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / PIECE) }, (_, i) => bytes.subarray(i * PIECE, (i + 1) * PIECE))
}

function digestOf(parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
