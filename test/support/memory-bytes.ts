import { assertInside, type WritableBytes } from '../../src/base/bytes/bytes.ts'

/** Bytes in memory. They count what is asked of them, and whoever has touched one place has touched them all. */
export class MemoryBytes implements WritableBytes {
  readonly bytes: Uint8Array
  reads = 0
  writes = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get size(): number {
    return this.bytes.length
  }

  read(offset: number, length: number): Uint8Array {
    assertInside(offset, length, this.size)
    this.reads += 1
    return this.bytes.subarray(offset, offset + length)
  }

  readInto(into: Uint8Array, offset: number): void {
    into.set(this.read(offset, into.length))
  }

  write(offset: number, bytes: Uint8Array): void {
    assertInside(offset, bytes.length, this.size)
    this.writes += 1
    this.bytes.set(bytes, offset)
  }

  isTouched(offset: number, length: number): boolean {
    assertInside(offset, length, this.size)
    return this.writes > 0
  }
}
