/** A piece of an archive that can be decoded by itself: a block of an .xz file, a frame of a .zst file. */
export interface Unit {
  /** Where it starts in the archive, and the bytes it takes there. */
  readonly offset: number
  readonly length: number
  /** Where what it decodes to starts in the image, and the bytes of that. */
  readonly imageOffset: number
  readonly size: number
}

/** The number of the unit that holds the byte at `position` of the image; units follow each other without a gap. */
export function unitAt(units: readonly Unit[], position: number): number {
  let low = 0
  for (let high = units.length - 1; low < high; ) {
    const middle = Math.ceil((low + high) / 2)
    if ((units[middle]?.imageOffset ?? 0) <= position) low = middle
    else high = middle - 1
  }
  return low
}
