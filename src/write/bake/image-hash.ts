import { HashThread } from '../../base/disk/hash-thread.ts'
import type { Extent } from '../../storage/image/edit.ts'
import { edited } from '../../storage/image/edited-bytes.ts'
import { type BlockRange, BMAP_BLOCK } from '../emit/bmap-ranges.ts'

/** Digests of an image, in hex. */
export interface ImageDigests {
  readonly whole: string
  /** The ranges that were asked for, each with its own. */
  readonly ranges: readonly BlockRange[]
}

/** The SHA-256 of an edited image and of ranges of it, computed in threads while the bytes of the base go by. */
export class ImageHash {
  readonly #whole = new HashThread()
  readonly #parts = new HashThread()
  readonly #ranges: readonly BlockRange[]
  readonly #extents: readonly Extent[]
  /** Of the ranges that have gone by. */
  readonly #digests: Promise<string>[] = []
  #position = 0

  /** @param ranges sorted, apart */
  constructor(ranges: readonly BlockRange[], extents: readonly Extent[]) {
    this.#ranges = ranges
    this.#extents = extents
  }

  /** Adds the base's next bytes, which are lent until what is returned settles. It may be called again before that. */
  async update(bytes: Uint8Array): Promise<void> {
    const start = this.#position
    this.#position += bytes.length
    const made = edited(bytes, start, this.#extents)
    await Promise.all([this.#whole.update(made), ...this.#updateRanges(made, start)])
  }

  /** The digests of all. To be called once. */
  async digests(): Promise<ImageDigests> {
    // The last block of an image may not be whole.
    if (this.#next() !== undefined) this.#end()
    const [whole, ...found] = await Promise.all([this.#whole.digest(), ...this.#digests])
    return { whole, ranges: this.#ranges.map((range, index) => ({ ...range, sha256: found[index] })) }
  }

  /** Ends the threads. */
  async stop(): Promise<void> {
    await Promise.all([this.#whole.stop(), this.#parts.stop()])
  }

  #updateRanges(made: Uint8Array, start: number): Promise<void>[] {
    const stop = start + made.length
    const work: Promise<void>[] = []
    for (let range = this.#next(); range !== undefined && range.first * BMAP_BLOCK < stop; range = this.#next()) {
      const end = (range.last + 1) * BMAP_BLOCK
      const part = made.subarray(Math.max(range.first * BMAP_BLOCK, start) - start, Math.min(end, stop) - start)
      // What is not shared is sent with all of its buffer.
      work.push(this.#parts.update(part.buffer instanceof SharedArrayBuffer ? part : new Uint8Array(part)))
      if (end > stop) break
      this.#end()
    }
    return work
  }

  #next(): BlockRange | undefined {
    return this.#ranges[this.#digests.length]
  }

  #end(): void {
    const digest = this.#parts.digest()
    // Its failure is met with all of them.
    digest.catch(() => undefined)
    this.#digests.push(digest)
  }
}
