import type { Bytes } from '../../base/bytes/bytes.ts'
import { fieldsOf } from '../../base/bytes/fields.ts'

/** A piece of LZMA2 data: it can be decoded when what lies before it in the block is decoded. */
export interface Chunk {
  /** Where it starts in the file. */
  readonly offset: number
  /** Where what it decodes to starts, counted from the start of the block. */
  readonly position: number
  /** Bytes that it decodes to. */
  readonly size: number
}

/**
 * The chunks of LZMA2 data from `start` up to its end marker, and where that is. Nothing is decoded: each chunk says
 * in its head how long it is and how much comes out. Layout: the comment on `lzma2_dec` in Linux lib/xz/xz_dec_lzma2.c.
 *
 * A control byte of 0 ends the data; 1 and 2 are chunks as they are, with 16 bits of size; from 0x80 on it is LZMA, with
 * 5 bits of the control byte and 16 more for the decoded size, 16 for the coded one, and from 0xC0 on a byte of
 * properties. Sizes are big-endian and one less.
 *
 * @returns `undefined` when the data is not like that, or goes beyond `end`
 */
export function readChunks(file: Bytes, start: number, end: number): { chunks: Chunk[]; end: number } | undefined {
  const chunks: Chunk[] = []
  let offset = start
  let position = 0
  while (offset < end) {
    const head = file.read(offset, Math.min(6, end - offset))
    const [control = 0] = head
    if (control === 0) return { chunks, end: offset }
    const lengths = chunkLengths(control, head)
    if (lengths === undefined) return undefined
    chunks.push({ offset, position, size: lengths.decoded })
    offset += lengths.coded
    position += lengths.decoded
  }
  return undefined
}

function chunkLengths(control: number, head: Uint8Array): { coded: number; decoded: number } | undefined {
  const fields = fieldsOf(head)
  if (control < 0x80) {
    if (control > 2 || head.length < 3) return undefined
    const size = fields.getUint16(1) + 1
    return { coded: 3 + size, decoded: size }
  }
  if (head.length < 6) return undefined
  return {
    coded: (control >= 0xc0 ? 6 : 5) + fields.getUint16(3) + 1,
    decoded: ((control & 0x1f) << 16) + fields.getUint16(1) + 1,
  }
}

/** Bytes that one chunk holds as they are, at most. */
const MOST_STORED = 1 << 16

/** The bytes as chunks that hold them as they are, in pieces, without the end marker; the first one begins a block. */
export function storedChunks(bytes: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += MOST_STORED) {
    const piece = bytes.subarray(at, at + MOST_STORED)
    const last = piece.length - 1
    chunks.push(Uint8Array.of(at === 0 ? 1 : 2, last >> 8, last & 0xff), piece)
  }
  return chunks
}
