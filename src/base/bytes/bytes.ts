import { TruncatedError } from '../errors.ts'

/**
 * Random access to the bytes of an image, or of a part of one: a file, a compressed file that can be entered anywhere,
 * memory. Synchronous, like everything that reads a {@link Tree} of it.
 */
export interface Bytes {
  /** In bytes. */
  readonly size: number
  /**
   * Exactly `length` bytes from `offset` on. The array may be a view of a cache: it is read, never written to.
   *
   * @throws TruncatedError when the range goes beyond the end, or the file ends before its stated size
   */
  read(offset: number, length: number): Uint8Array
}

/** Bytes that can be read into memory that is there already. */
export interface CopyableBytes extends Bytes {
  /** Fills `into` with the bytes from `offset` on. @throws as {@link Bytes.read} */
  readInto(into: Uint8Array, offset: number): void
}

/** {@link CopyableBytes.readInto}, of any bytes. */
export function copyInto(into: Uint8Array, bytes: Bytes | CopyableBytes, offset: number): void {
  if ('readInto' in bytes) bytes.readInto(into, offset)
  else into.set(bytes.read(offset, into.length))
}

/** Bytes that can be changed; nothing says that the change is anywhere but in memory. */
export interface WritableBytes extends CopyableBytes {
  write(offset: number, bytes: Uint8Array): void
  /**
   * Whether the range lies in units of storage ({@link UNIT}) that are written to already, so that writing there too
   * makes no further part of a compressed image change.
   */
  isTouched(offset: number, length: number): boolean
}

/**
 * Bytes of an image that an archive compresses as one block: 24 MiB, what `xz -T0 -6` cuts an image into, as pi-gen
 * calls it. New data is put into units that are written to anyway. It is the same for every kind of image, so that the
 * same edit gives the same image whatever it was packed in.
 */
export const UNIT = 24 * 1024 * 1024

/** @throws TruncatedError unless the range lies inside `size` bytes */
export function assertInside(offset: number, length: number, size: number): void {
  if (offset < 0 || length < 0 || offset + length > size) throw new TruncatedError(offset, length, size)
}

/** A part of other bytes, counted from its own start: a partition. */
export class Part implements WritableBytes {
  readonly size: number
  readonly #whole: WritableBytes
  readonly #start: number

  /** @throws TruncatedError when the part does not lie inside the whole */
  constructor(whole: WritableBytes, start: number, size: number) {
    assertInside(start, size, whole.size)
    this.#whole = whole
    this.#start = start
    this.size = size
  }

  read(offset: number, length: number): Uint8Array {
    assertInside(offset, length, this.size)
    return this.#whole.read(this.#start + offset, length)
  }

  readInto(into: Uint8Array, offset: number): void {
    assertInside(offset, into.length, this.size)
    this.#whole.readInto(into, this.#start + offset)
  }

  write(offset: number, bytes: Uint8Array): void {
    assertInside(offset, bytes.length, this.size)
    this.#whole.write(this.#start + offset, bytes)
  }

  isTouched(offset: number, length: number): boolean {
    return this.#whole.isTouched(this.#start + offset, length)
  }
}
