import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { assertInside, type Bytes, TruncatedError } from '../image/bytes.ts'
import { assertPlainFile } from '../image/image-file.ts'

/** What is read at once where headers lie close together; longer reads go straight to the file. */
const WINDOW = 32 * 1024
/** What is read after a jump over a long content: a header or two, whatever the page holds. */
const GLANCE = 4 * 1024

/** A file that is read here and there, mostly forwards: the last window of it is kept. */
export class FileWindow implements Bytes {
  readonly size: number
  readonly #fd: number
  readonly #window = new Uint8Array(WINDOW)
  #start = 0
  #length = 0

  /**
   * @param label what to call it in messages
   * @throws TargetError when it is not a plain file
   */
  constructor(file: string, label: string) {
    // A FIFO or a device must not keep the call waiting.
    this.#fd = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      const stats = fstatSync(this.#fd)
      assertPlainFile(stats, label)
      this.size = stats.size
    } catch (error) {
      closeSync(this.#fd)
      throw error
    }
  }

  read(offset: number, length: number): Uint8Array {
    assertInside(offset, length, this.size)
    if (length > WINDOW) {
      const bytes = new Uint8Array(length)
      this.readInto(bytes, offset)
      return bytes
    }
    if (offset < this.#start || offset + length > this.#start + this.#length) {
      const end = this.#start + this.#length
      const isNear = offset >= end && offset < end + WINDOW
      const wanted = Math.min(isNear ? WINDOW : Math.max(GLANCE, length), this.size - offset)
      this.#length = 0
      this.readInto(this.#window.subarray(0, wanted), offset)
      this.#start = offset
      this.#length = wanted
    }
    return this.#window.subarray(offset - this.#start, offset - this.#start + length)
  }

  /** Fills `bytes` from `offset` on. */
  readInto(bytes: Uint8Array, offset: number): void {
    for (let done = 0; done < bytes.length; ) {
      const count = readSync(this.#fd, bytes, done, bytes.length - done, offset + done)
      if (count === 0) throw new TruncatedError(offset, bytes.length, offset + done)
      done += count
    }
  }

  close(): void {
    closeSync(this.#fd)
  }
}
