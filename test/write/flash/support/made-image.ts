import type { Piece } from '../../../../src/storage/image/partitions.ts'
import { type CardImage, HEAD, PIECE } from '../../../../src/write/flash/card-image.ts'
import { seeded } from '../../../support/seeded.ts'

/** An image of some MiB, some of which is used; no two sectors of it are the same. */
export function madeImage(seed: number): CardImage & { readonly bytes: Buffer } {
  const random = seeded(seed)
  const size = HEAD + (2 + random(3)) * PIECE + 512 * random(2048)
  const bytes = Buffer.alloc(size, `image ${seed} `)
  for (let at = 0; at < size; at += 512) bytes.writeUInt32LE(at, at)
  const pieces: Piece[] = []
  for (let start = HEAD; start < size; start += PIECE) {
    const end = Math.min(size, start + PIECE)
    const offset = start + 4096 * random(128)
    const length = Math.min(end - offset, 4096 * (1 + random(256)))
    if (length > 0) pieces.push({ offset, length })
  }
  return {
    bytes,
    size,
    head: new Uint8Array(bytes.subarray(0, HEAD)),
    pieces,
    each: async (take, signal) => {
      for (const piece of pieces) {
        signal.throwIfAborted()
        await take(piece, bytes.subarray(piece.offset, piece.offset + piece.length))
      }
    },
  }
}
