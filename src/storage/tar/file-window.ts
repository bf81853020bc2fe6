import { assertInside, type Bytes } from '../../base/bytes/bytes.ts'
import type { PlainFile } from '../../base/disk/plain-file.ts'

/** What is read at once where headers lie close together; longer reads go straight to the file. */
const WINDOW = 32 * 1024
/** What is read after a jump over a long content: a header or two, whatever the page holds. */
const GLANCE = 4 * 1024

/** A file that is read here and there, mostly forwards: the last window of it is kept. */
export class FileWindow implements Bytes {
  readonly #file: PlainFile
  readonly #window = new Uint8Array(WINDOW)
  #start = 0
  #length = 0

  constructor(file: PlainFile) {
    this.#file = file
  }

  get size(): number {
    return this.#file.size
  }

  read(offset: number, length: number): Uint8Array {
    assertInside(offset, length, this.size)
    if (length > WINDOW) return this.#file.read(offset, length)
    if (offset < this.#start || offset + length > this.#start + this.#length) {
      const end = this.#start + this.#length
      const isNear = offset >= end && offset < end + WINDOW
      const wanted = Math.min(isNear ? WINDOW : Math.max(GLANCE, length), this.size - offset)
      this.#length = 0
      this.#file.readInto(this.#window.subarray(0, wanted), offset)
      this.#start = offset
      this.#length = wanted
    }
    return this.#window.subarray(offset - this.#start, offset - this.#start + length)
  }
}
