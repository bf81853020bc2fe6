import { Decompress } from 'fzstd'
import type { Bytes } from '../../base/bytes/bytes.ts'
import { fieldsOf } from '../../base/bytes/fields.ts'
import { MemoryBytes } from '../../base/bytes/memory-bytes.ts'
import { concat } from '../../base/host/bytes.ts'
import { Xxh64 } from './xxh64.ts'
import { damaged, type Frame, frameParts, readFrames } from './zst-frame.ts'

/** Bytes of a frame that are read at once. */
const PIECE = 256 * 1024

/**
 * Decodes the frame piece by piece, without Node's zstd and without the program. The decoder takes no notice of a
 * frame's checksum, so it is looked at here.
 */
export function* decodeFramePortably(file: Bytes, frame: Frame, about: string): Generator<Uint8Array, void, undefined> {
  const hash = new Xxh64()
  let decoded: Uint8Array[] = []
  const decoder = new Decompress((bytes) => decoded.push(bytes))
  let end = frame.offset
  for (const part of frameParts(file, frame, PIECE, about)) {
    end = part.end
    // A copy: the decoder keeps what it cannot use yet.
    const bytes = file.read(part.start, part.end - part.start).slice()
    try {
      decoder.push(bytes)
    } catch (error) {
      throw damaged(about, error)
    }
    for (const bytes of decoded) {
      if (frame.hasChecksum) hash.update(bytes)
      yield bytes
    }
    decoded = []
  }
  if (frame.hasChecksum && hash.low32() !== fieldsOf(file.read(end - 4, 4)).getUint32(0, true)) {
    throw damaged(about, 'a checksum is wrong')
  }
}

/** Decodes a frame in memory. */
export function decodeWholePortably(bytes: Uint8Array, about: string): Uint8Array {
  const file = new MemoryBytes(bytes)
  const frames = [...readFrames(file, about)]
  return concat(frames.flatMap((frame) => [...decodeFramePortably(file, frame, about)]))
}
