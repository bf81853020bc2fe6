import { assertLimit, FIRST } from './decoded-size.ts'
import type { Decoding } from './decoding.ts'
import { SparseWriter } from './sparse-writer.ts'

/** Writes what is decoded, and stops when it is more than the limit. */
export class LimitedWriter {
  readonly #decoding: Decoding
  readonly #writer: SparseWriter
  readonly #first: Buffer[] = []
  #waiting = 0
  #limit: number | undefined

  constructor(decoding: Decoding) {
    this.#decoding = decoding
    this.#writer = new SparseWriter(decoding.fd)
  }

  /** Bytes so far. */
  get size(): number {
    return this.#writer.size + this.#waiting
  }

  /** @throws TargetError when the image is too long */
  write(bytes: Uint8Array): void {
    if (this.#limit === undefined) {
      // A copy: who decodes may use the buffer again.
      this.#first.push(Buffer.from(bytes))
      this.#waiting += bytes.length
      if (this.#waiting < FIRST) return
      this.#begin()
    } else {
      this.#put(bytes, this.#limit)
    }
  }

  finish(): void {
    if (this.#limit === undefined) this.#begin()
    this.#writer.finish()
  }

  #begin(): void {
    const bytes = Buffer.concat(this.#first.splice(0))
    this.#waiting = 0
    const limit = this.#decoding.limit(bytes.subarray(0, FIRST))
    this.#limit = limit
    this.#put(bytes, limit)
  }

  #put(bytes: Uint8Array, limit: number): void {
    assertLimit(this.#decoding.path, this.#writer.size + bytes.length, limit)
    this.#writer.write(bytes)
  }
}
