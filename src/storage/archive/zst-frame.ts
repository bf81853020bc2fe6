import type { Bytes } from '../../base/bytes/bytes.ts'
import { fieldsOf } from '../../base/bytes/fields.ts'
import { TargetError } from '../../base/errors.ts'

/**
 * A frame of a .zst file (RFC 8878, 3.1): a header, blocks that each say how long they are, and perhaps a checksum. Where
 * a frame ends is known without decoding it. Node's decoder stops after the first frame and (22.15) takes no notice of
 * a missing end, so frames are told apart here.
 */
export interface Frame {
  readonly offset: number
  /** Where its blocks start. */
  readonly blocks: number
  /** Bytes that it decodes to, if it says so. */
  readonly size: number | undefined
  readonly hasChecksum: boolean
}

const MAGIC = 0xfd2fb528
/** What the zstd program takes too, unless told otherwise. */
export const MAX_WINDOW_LOG = 27

/**
 * The frame that starts at `offset`, or how many bytes of other data (3.1.2: a skippable frame) do.
 *
 * @throws TargetError when neither is there, or it needs more memory than 128 MiB, or a dictionary
 */
function readFrame(file: Bytes, offset: number, about: string): Frame | { readonly skip: number } {
  const fail = (what: string) => new TargetError(`${about}: damaged: at ${offset}: ${what}`)
  const head = new Uint8Array(18)
  head.set(file.read(offset, Math.min(head.length, file.size - offset)))
  const fields = fieldsOf(head)
  const magic = fields.getUint32(0, true)
  if (magic >>> 4 === 0x184d2a5) {
    const skip = 8 + fields.getUint32(4, true)
    if (offset + skip > file.size) throw fail('truncated')
    return { skip }
  }
  if (magic !== MAGIC) throw fail('not a frame of .zst: it is truncated, or something follows its end')
  const descriptor = head[4] ?? 0
  if ((descriptor & 0x08) !== 0) throw fail('an unknown kind of frame')
  if ((descriptor & 0x03) !== 0) {
    throw new TargetError(`${about}: it was packed with a dictionary`, {
      hint: 'pack it without one: zstd -T0 card.img',
    })
  }
  const isOneSegment = (descriptor & 0x20) !== 0
  const at = isOneSegment ? 5 : 6
  const size = contentSize(fields, at, descriptor >> 6, isOneSegment)
  const window = isOneSegment ? (size.value ?? 0) : windowSize(head[5] ?? 0)
  if (window > 2 ** MAX_WINDOW_LOG) throw needsMemory(about, window)
  return { offset, blocks: offset + at + size.length, size: size.value, hasChecksum: (descriptor & 0x04) !== 0 }
}

function needsMemory(about: string, window: number): TargetError {
  const [needed, most] = [window, 2 ** MAX_WINDOW_LOG].map((bytes) => Math.ceil(bytes / 1024 ** 2))
  return new TargetError(
    `${about}: unpacking it takes ${needed} MiB of memory, and pibake takes ${most}: it is sound`,
    {
      hint: `unpack it first: zstd -d --long=31 ${about}`,
    },
  )
}

/** 3.1.1.1.4 */
function contentSize(
  head: DataView,
  at: number,
  flag: number,
  isOneSegment: boolean,
): { length: number; value: number | undefined } {
  if (flag === 3) return { length: 8, value: Number(head.getBigUint64(at, true)) }
  if (flag === 2) return { length: 4, value: head.getUint32(at, true) }
  if (flag === 1) return { length: 2, value: head.getUint16(at, true) + 256 }
  return isOneSegment ? { length: 1, value: head.getUint8(at) } : { length: 0, value: undefined }
}

/** 3.1.1.1.2 */
function windowSize(byte: number): number {
  const base = 2 ** (10 + (byte >> 3))
  return base + (base / 8) * (byte & 7)
}

/**
 * The frame in parts of about `size` bytes, as places in the file; the last one ends where the frame does.
 *
 * @throws TargetError when the file ends before
 */
export function* frameParts(
  file: Bytes,
  frame: Frame,
  size: number,
  about: string,
): Generator<{ readonly start: number; readonly end: number }, void, undefined> {
  let start = frame.offset
  let end = frame.blocks
  for (let isLast = false; !isLast; ) {
    if (end + 3 > file.size) throw new TargetError(`${about}: truncated`)
    const [low = 0, middle = 0, high = 0] = file.read(end, 3)
    const head = low | (middle << 8) | (high << 16)
    isLast = (head & 1) === 1
    const kind = (head >> 1) & 3
    if (kind === 3) throw new TargetError(`${about}: damaged: at ${end}: an unknown kind of block`)
    // A run of one byte (kind 1) states how often it comes.
    end += 3 + (kind === 1 ? 1 : head >> 3)
    if (isLast && frame.hasChecksum) end += 4
    if (end > file.size) throw new TargetError(`${about}: truncated`)
    if (end - start < size && !isLast) continue
    yield { start, end }
    start = end
  }
}

/**
 * The frames of a file, skippable ones left out.
 *
 * @throws TargetError when something else is in it, or it is truncated
 */
export function* readFrames(file: Bytes, about: string): Generator<Frame & { readonly end: number }, void, undefined> {
  for (let offset = 0; offset < file.size; ) {
    const frame = readFrame(file, offset, about)
    if ('skip' in frame) {
      offset += frame.skip
      continue
    }
    for (const part of frameParts(file, frame, file.size, about)) offset = part.end
    yield { ...frame, end: offset }
  }
}

/** What a decoder complained of. */
export function damaged(about: string, error: unknown): TargetError {
  return new TargetError(`${about}: damaged, or truncated: ${error instanceof Error ? error.message : error}`)
}

export function wrongSize(about: string): TargetError {
  return new TargetError(`${about}: damaged: a frame does not decode to the size that is stated`)
}
