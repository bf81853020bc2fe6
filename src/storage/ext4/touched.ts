import type { WritableBytes } from '../../base/bytes/bytes.ts'
import type { BlockRange } from './block-range.ts'

/** Asked for in one go: smaller than a unit of storage by far, and partitions start at whole pieces of it. */
const STEP = 1024 * 1024

/**
 * Which blocks lie in units of storage that are written to already ({@link WritableBytes.isTouched}). They are asked for
 * again only after a write that reached a new unit.
 */
export class Touched {
  readonly #bytes: WritableBytes
  readonly #blockSize: number
  readonly #blockCount: number
  #ranges: readonly BlockRange[] | undefined

  constructor(bytes: WritableBytes, blockSize: number, blockCount: number) {
    this.#bytes = bytes
    this.#blockSize = blockSize
    this.#blockCount = blockCount
  }

  has(range: BlockRange): boolean {
    return this.#bytes.isTouched(range.start * this.#blockSize, range.count * this.#blockSize)
  }

  /** To be called before blocks are written. */
  willWrite(range: BlockRange): void {
    if (this.#ranges !== undefined && !this.has(range)) this.#ranges = undefined
  }

  /** In order of their place. */
  ranges(): readonly BlockRange[] {
    this.#ranges ??= this.#ask()
    return this.#ranges
  }

  #ask(): BlockRange[] {
    const ranges: BlockRange[] = []
    const step = STEP / this.#blockSize
    for (let start = 0; start < this.#blockCount; start += step) {
      const piece = { start, count: Math.min(step, this.#blockCount - start) }
      if (!this.has(piece)) continue
      const last = ranges.at(-1)
      if (last !== undefined && last.start + last.count === start) {
        ranges[ranges.length - 1] = { start: last.start, count: last.count + piece.count }
      } else ranges.push(piece)
    }
    return ranges
  }
}
