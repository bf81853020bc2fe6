import { assertInside, type Bytes } from '../../base/bytes/bytes.ts'
import { type Unit, unitAt } from './unit.ts'

/** The image in an archive of units: those that are read are decoded, and the last ones of them kept in memory. */
export class UnitBytes<U extends Unit> implements Bytes {
  readonly size: number
  readonly #units: readonly U[]
  readonly #decode: (unit: U) => Uint8Array
  readonly #keep: number
  /** By the unit's number; the one that was used last is the last. */
  readonly #kept = new Map<number, Uint8Array>()
  #keptSize = 0

  /**
   * @param units none of them empty
   * @param keep bytes that may be kept; the unit that was read last always is
   */
  constructor(units: readonly U[], keep: number, decode: (unit: U) => Uint8Array) {
    this.#units = units
    const last = units.at(-1)
    this.size = last === undefined ? 0 : last.imageOffset + last.size
    this.#keep = keep
    this.#decode = decode
  }

  read(offset: number, length: number): Uint8Array {
    assertInside(offset, length, this.size)
    const first = this.#partOf(unitAt(this.#units, offset), offset, length)
    if (first.length === length) return first
    const result = new Uint8Array(length)
    result.set(first)
    for (let done = first.length; done < length; ) {
      const part = this.#partOf(unitAt(this.#units, offset + done), offset + done, length - done)
      result.set(part, done)
      done += part.length
    }
    return result
  }

  /** What the unit has of the range, whose start is in it. */
  #partOf(number: number, offset: number, length: number): Uint8Array {
    const unit = this.#units[number]
    if (unit === undefined) return new Uint8Array(0)
    const start = offset - unit.imageOffset
    return this.#unit(number, unit).subarray(start, start + length)
  }

  #unit(number: number, unit: U): Uint8Array {
    const kept = this.#kept.get(number)
    if (kept !== undefined) {
      this.#kept.delete(number)
      this.#kept.set(number, kept)
      return kept
    }
    for (const [oldest, bytes] of this.#kept) {
      if (this.#keptSize + unit.size <= this.#keep) break
      this.#kept.delete(oldest)
      this.#keptSize -= bytes.length
    }
    const bytes = this.#decode(unit)
    this.#kept.set(number, bytes)
    this.#keptSize += bytes.length
    return bytes
  }

  /** Frees the memory of what is kept. */
  forget(): void {
    this.#kept.clear()
    this.#keptSize = 0
  }
}
