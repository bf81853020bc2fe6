import { assertInside, type CopyableBytes } from './bytes.ts'

/** Bytes in memory, as those of a file. */
export class MemoryBytes implements CopyableBytes {
  readonly size: number
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.size = bytes.length
  }

  read(offset: number, length: number): Uint8Array {
    assertInside(offset, length, this.size)
    return this.#bytes.subarray(offset, offset + length)
  }

  readInto(into: Uint8Array, offset: number): void {
    into.set(this.read(offset, into.length))
  }
}
