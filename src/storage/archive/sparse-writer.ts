import { ftruncateSync } from 'node:fs'
import { realDisk } from '../../base/disk/disk.ts'
import { writeFully } from '../../base/disk/file-io.ts'

/** Zeros are looked for in pieces of this size, so that a write is long enough to be fast. */
const PIECE = 64 * 1024
const ZEROS = Buffer.alloc(PIECE)

/** Writes an image from its start to its end; pieces of zeros become holes. */
export class SparseWriter {
  readonly #fd: number
  #size = 0

  /** @param fd an empty file */
  constructor(fd: number) {
    this.#fd = fd
  }

  /** Bytes so far, holes counted. */
  get size(): number {
    return this.#size
  }

  /** Puts `bytes` behind what was written before. */
  write(bytes: Uint8Array): void {
    let pending = 0
    for (let start = 0; start < bytes.length; ) {
      const end = Math.min(bytes.length, start + PIECE - ((this.#size + start) % PIECE))
      if (isZero(bytes.subarray(start, end))) {
        this.#put(bytes, pending, start)
        pending = end
      }
      start = end
    }
    this.#put(bytes, pending, bytes.length)
    this.#size += bytes.length
  }

  /** Gives the file its size, which a hole at the end did not. */
  finish(): void {
    ftruncateSync(this.#fd, this.#size)
  }

  #put(bytes: Uint8Array, start: number, end: number): void {
    if (start < end) writeFully(realDisk, this.#fd, this.#size + start, bytes.subarray(start, end))
  }
}

/** Whether all the bytes are zero. */
export function isZero(bytes: Uint8Array): boolean {
  for (let start = 0; start < bytes.length; start += PIECE) {
    const piece = bytes.subarray(start, start + PIECE)
    if (Buffer.compare(piece, piece.length === PIECE ? ZEROS : ZEROS.subarray(0, piece.length)) !== 0) return false
  }
  return true
}
