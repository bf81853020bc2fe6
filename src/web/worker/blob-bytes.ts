import { assertInside, type Bytes } from '../../base/bytes/bytes.ts'

/** A block; reading one costs a round trip to another process of the browser. */
const BLOCK = 64 * 1024
/** Blocks that are kept: 32 MiB, which is more than a plan reads. */
const KEPT = 512

/** The bytes of a File or Blob, read synchronously where they are needed: for workers alone. */
export class BlobBytes implements Bytes {
  readonly size: number
  readonly #blob: Blob
  readonly #reader = new FileReaderSync()
  /** By the block's number; the one that was used last is the last. */
  readonly #kept = new Map<number, Uint8Array>()

  constructor(blob: Blob) {
    this.#blob = blob
    this.size = blob.size
  }

  /** @throws DOMException when the file has changed or is gone since it was chosen */
  read(offset: number, length: number): Uint8Array {
    assertInside(offset, length, this.size)
    if (length > 4 * BLOCK) return this.#fetch(offset, length)
    const first = this.#partOf(offset, length)
    if (first.length === length) return first
    const result = new Uint8Array(length)
    result.set(first)
    for (let done = first.length; done < length; ) {
      const part = this.#partOf(offset + done, length - done)
      result.set(part, done)
      done += part.length
    }
    return result
  }

  /** What the block at `offset` has of the range. */
  #partOf(offset: number, length: number): Uint8Array {
    const number = Math.floor(offset / BLOCK)
    const start = offset - number * BLOCK
    return this.#block(number).subarray(start, start + length)
  }

  #block(number: number): Uint8Array {
    const kept = this.#kept.get(number)
    const block = kept ?? this.#fetch(number * BLOCK, Math.min(BLOCK, this.size - number * BLOCK))
    this.#kept.delete(number)
    if (this.#kept.size >= KEPT) this.#kept.delete(this.#kept.keys().next().value as number)
    this.#kept.set(number, block)
    return block
  }

  #fetch(offset: number, length: number): Uint8Array {
    return new Uint8Array(this.#reader.readAsArrayBuffer(this.#blob.slice(offset, offset + length)))
  }
}
