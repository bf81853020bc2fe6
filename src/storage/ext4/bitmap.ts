/** Bits that say what of a group is in use: lowest bit first. */
export class Bitmap {
  readonly bytes: Uint8Array
  /** How many bits stand for something; those after them are padding. */
  readonly length: number

  constructor(bytes: Uint8Array, length: number) {
    this.bytes = bytes
    this.length = length
  }

  has(bit: number): boolean {
    return (((this.bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1
  }

  set(bit: number): void {
    this.bytes[bit >> 3] = (this.bytes[bit >> 3] ?? 0) | (1 << (bit & 7))
  }

  clear(bit: number): void {
    this.bytes[bit >> 3] = (this.bytes[bit >> 3] ?? 0) & ~(1 << (bit & 7))
  }

  /** The first bit from `from` on that is clear, or set; `end` (at most `length`) when there is none before it. */
  next(isSet: boolean, from: number, end = this.length): number {
    const dull = isSet ? 0 : 0xff
    let bit = from
    while (bit < end) {
      if ((bit & 7) === 0 && this.bytes[bit >> 3] === dull) bit += 8
      else if (this.has(bit) === isSet) return bit
      else bit += 1
    }
    return end
  }

  /** Runs of clear bits between two places, in order. */
  *gaps(from = 0, end = this.length): Generator<{ start: number; count: number }> {
    for (let start = this.next(false, from, end); start < end; ) {
      const stop = this.next(true, start, end)
      yield { start, count: stop - start }
      start = this.next(false, stop, end)
    }
  }

  countClear(): number {
    let count = 0
    for (const gap of this.gaps()) count += gap.count
    return count
  }
}
