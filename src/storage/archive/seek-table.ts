import type { Bytes } from '../../base/bytes/bytes.ts'
import { TargetError } from '../../base/errors.ts'

/** Where a frame is, and what it decodes to. */
export interface FrameRecord {
  /** Bytes of the frame. */
  readonly length: number
  /** Bytes that it decodes to. */
  readonly size: number
}

export interface PlacedFrame extends FrameRecord {
  readonly offset: number
  readonly imageOffset: number
}

/**
 * The table of frames at the end of a seekable .zst file: facebook/zstd
 * contrib/seekable_format/zstd_seekable_compression_format.md. A skippable frame (magic number, size), for each frame
 * its two sizes (and, if a flag says so, a checksum), then the number of frames, the flags, and a magic number. All
 * numbers are little-endian, of 32 bits, but for the flags' one byte.
 */
const SKIPPABLE_MAGIC = 0x184d2a5e
const MAGIC = 0x8f92eab1
const HEAD = 8
const FOOT = 9
const HAS_CHECKSUMS = 0x80
const RESERVED = 0x7c
/** A file with frames of one MiB needs less for 8 TB. */
const MAX_FRAMES = 0x800_0000 / 16

/** The table, without checksums: the frames have theirs inside. */
export function seekTable(records: readonly FrameRecord[]): Buffer {
  const table = Buffer.alloc(HEAD + records.length * 8 + FOOT)
  table.writeUInt32LE(SKIPPABLE_MAGIC, 0)
  table.writeUInt32LE(table.length - HEAD, 4)
  for (const [index, { length, size }] of records.entries()) {
    table.writeUInt32LE(length, HEAD + index * 8)
    table.writeUInt32LE(size, HEAD + index * 8 + 4)
  }
  table.writeUInt32LE(records.length, table.length - FOOT)
  table.writeUInt32LE(MAGIC, table.length - 4)
  return table
}

/**
 * Reads the table of a file.
 *
 * @returns `undefined` when it has none
 * @throws TargetError when the table is damaged, or does not fit the file
 */
export function readSeekTable(file: Bytes, about: string): PlacedFrame[] | undefined {
  if (file.size < HEAD + FOOT) return undefined
  const foot = Buffer.from(file.read(file.size - FOOT, FOOT))
  if (foot.readUInt32LE(5) !== MAGIC) return undefined
  const fail = () => new TargetError(`${about}: damaged: its table of frames does not fit it`)
  const count = foot.readUInt32LE(0)
  const flags = foot[4] ?? 0
  const entry = (flags & HAS_CHECKSUMS) === 0 ? 8 : 12
  const start = file.size - FOOT - count * entry - HEAD
  if (count > MAX_FRAMES || (flags & RESERVED) !== 0 || start < 0) throw fail()
  const table = Buffer.from(file.read(start, HEAD + count * entry))
  if (table.readUInt32LE(0) !== SKIPPABLE_MAGIC || table.readUInt32LE(4) !== file.size - start - HEAD) throw fail()
  let offset = 0
  let imageOffset = 0
  const frames = Array.from({ length: count }, (_, index) => {
    const at = HEAD + index * entry
    const frame = { length: table.readUInt32LE(at), size: table.readUInt32LE(at + 4), offset, imageOffset }
    offset += frame.length
    imageOffset += frame.size
    return frame
  })
  if (offset !== start) throw fail()
  return frames
}
