import { assertInside, type Bytes, copyInto, UNIT, type WritableBytes } from '../../base/bytes/bytes.ts'
import { concat, equals } from '../../base/host/bytes.ts'

/** The smallest piece that is read, kept and written: a block of ext4 as Raspberry Pi OS has it, and 8 sectors. */
const PAGE = 4096
/** Longer reads are the content of files: they are not kept. */
const MAX_KEPT = 64 * 1024
/** Pages in one extent at most, so that one write is of a size that every system takes. */
const MAX_EXTENT = 1024

/** Changed bytes and where they belong. */
export interface Extent {
  readonly offset: number
  readonly bytes: Uint8Array
}

/** Writes into a piece of an image, which begins at `start`, what the extents have of it; each of them reaches into it. */
export function layInto(piece: Uint8Array, start: number, extents: readonly Extent[]): void {
  for (const { offset, bytes } of extents) {
    const first = Math.max(0, start - offset)
    const end = Math.min(bytes.length, start + piece.length - offset)
    piece.set(bytes.subarray(first, end), offset + first - start)
  }
}

/**
 * An edit that is held in memory: what is written lies over the base, which stays as it is. When the whole edit is
 * known, {@link Edit.extents} says what has to reach the image.
 */
export class Edit implements WritableBytes {
  readonly size: number
  readonly #base: Bytes
  readonly #kept = new Map<number, Uint8Array>()
  readonly #changed = new Map<number, Uint8Array>()
  readonly #units = new Set<number>()

  constructor(base: Bytes) {
    this.#base = base
    this.size = base.size
  }

  read(offset: number, length: number): Uint8Array {
    assertInside(offset, length, this.size)
    const first = Math.floor(offset / PAGE)
    if (offset + length <= (first + 1) * PAGE) {
      return this.#page(first).subarray(offset - first * PAGE, offset - first * PAGE + length)
    }
    if (length > MAX_KEPT) return this.#readLong(offset, length)
    const result = new Uint8Array(length)
    for (let page = first; page * PAGE < offset + length; page++) overlap(result, offset, this.#page(page), page * PAGE)
    return result
  }

  /** In one piece from the base, with what was changed over it; nothing of it is kept. */
  readInto(into: Uint8Array, offset: number): void {
    assertInside(offset, into.length, this.size)
    copyInto(into, this.#base, offset)
    for (let page = Math.floor(offset / PAGE); page * PAGE < offset + into.length; page++) {
      const changed = this.#changed.get(page)
      if (changed !== undefined) overlap(into, offset, changed, page * PAGE)
    }
  }

  write(offset: number, bytes: Uint8Array): void {
    assertInside(offset, bytes.length, this.size)
    const last = Math.floor((offset + bytes.length - 1) / PAGE)
    for (let page = Math.floor(offset / PAGE); page <= last; page++) {
      const start = page * PAGE
      let changed = this.#changed.get(page)
      if (changed === undefined) {
        const isWhole = offset <= start && offset + bytes.length >= start + PAGE
        // Not `slice`: the one of Node's Buffer is not a copy.
        changed = isWhole ? new Uint8Array(PAGE) : new Uint8Array(this.#page(page))
        this.#changed.set(page, changed)
        this.#kept.delete(page)
        this.#units.add(Math.floor(start / UNIT))
      }
      overlap(changed, start, bytes, offset)
    }
  }

  isTouched(offset: number, length: number): boolean {
    const last = Math.floor((offset + length - 1) / UNIT)
    for (let unit = Math.floor(offset / UNIT); unit <= last; unit++) if (!this.#units.has(unit)) return false
    return true
  }

  /** What differs from the base, by offset; neighbouring pages together, pages that were written as they were left out. */
  extents(): Extent[] {
    const extents: Extent[] = []
    let run: number[] = []
    const close = () => {
      const [first] = run
      if (first !== undefined) extents.push({ offset: first * PAGE, bytes: concat(run.map((p) => this.#page(p))) })
      run = []
    }
    for (const page of [...this.#changed.keys()].sort((a, b) => a - b)) {
      if (equals(this.#page(page), this.#basePage(page))) continue
      if (run.length === MAX_EXTENT || run.at(-1) !== page - 1) close()
      run.push(page)
    }
    close()
    return extents
  }

  /** In one piece from the base, with what was changed over it. */
  #readLong(offset: number, length: number): Uint8Array {
    // Seen as no Buffer: `slice` of one gives a view, where the editors want a copy.
    const { buffer, byteOffset } = this.#base.read(offset, length)
    const base = new Uint8Array(buffer, byteOffset, length)
    let result: Uint8Array | undefined
    for (let page = Math.floor(offset / PAGE); page * PAGE < offset + length; page++) {
      const changed = this.#changed.get(page)
      if (changed === undefined) continue
      // The base's own array is not written to.
      result ??= base.slice()
      overlap(result, offset, changed, page * PAGE)
    }
    return result ?? base
  }

  #page(page: number): Uint8Array {
    const known = this.#changed.get(page) ?? this.#kept.get(page)
    if (known !== undefined) return known
    const bytes = this.#basePage(page)
    this.#kept.set(page, bytes)
    return bytes
  }

  #basePage(page: number): Uint8Array {
    const start = page * PAGE
    // A copy: a view would keep all of the block alive that an archive's base has decoded for it.
    return new Uint8Array(this.#base.read(start, Math.min(PAGE, this.size - start)))
  }
}

/** Copies the part of `from` (which starts at `fromOffset`) that lies in `to` (at `toOffset`). */
function overlap(to: Uint8Array, toOffset: number, from: Uint8Array, fromOffset: number): void {
  const start = Math.max(toOffset, fromOffset)
  const end = Math.min(toOffset + to.length, fromOffset + from.length)
  if (start < end) to.set(from.subarray(start - fromOffset, end - fromOffset), start - toOffset)
}
