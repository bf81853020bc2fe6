import { type Extent, layInto } from '../image/edit.ts'
import type { Unit } from './unit.ts'

/** A unit, and what is to change in it. */
export interface Touched<U extends Unit> {
  readonly unit: U
  readonly extents: readonly Extent[]
}

/** The units that the extents change, in their order. */
export function touchedUnits<U extends Unit>(
  units: readonly U[],
  extents: readonly Extent[],
): (Touched<U> & { readonly number: number })[] {
  const sorted = extents.filter(({ bytes }) => bytes.length > 0).sort((a, b) => a.offset - b.offset)
  let first = 0
  return units.flatMap((unit, number) => {
    const end = unit.imageOffset + unit.size
    const inside: Extent[] = []
    for (let at = first; at < sorted.length; at++) {
      const extent = sorted[at]
      if (extent === undefined || extent.offset >= end) break
      inside.push(extent)
      // The last one may reach into the next unit.
      if (extent.offset + extent.bytes.length <= end) first = at + 1
    }
    return inside.length === 0 ? [] : [{ unit, extents: inside, number }]
  })
}

/** What the unit decodes to, with the extents in it; `decoded` is changed. */
export function patch(decoded: Uint8Array, { unit, extents }: Touched<Unit>): Uint8Array {
  layInto(decoded, unit.imageOffset, extents)
  return decoded
}
