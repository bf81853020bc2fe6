import type { PlainFile } from '../../base/disk/plain-file.ts'
import { type Extent, layInto } from '../image/edit.ts'
import { inOrder } from './in-order.ts'
import { CACHED, pieces } from './pieces.ts'
import type { Unit } from './unit.ts'

export interface SpliceOptions {
  readonly signal?: AbortSignal
  /** Bytes of the image that are coded again, and that have to be. */
  readonly onProgress?: (done: number, total: number) => void
  /** Sees the archive as it is written, from its start to its end; the bytes are lent for the call only. */
  readonly onOutput?: (bytes: Uint8Array) => void
}

/** A unit, and what is to change in it. */
export interface Touched<U extends Unit> {
  readonly unit: U
  readonly extents: readonly Extent[]
}

/** What a unit becomes: bytes of the archive, and what its index has to say of them. */
export interface Made<R> {
  readonly parts: readonly Uint8Array[]
  readonly records: readonly R[]
}

/**
 * Writes the units of an archive in their order: those that `extents` do not touch as they are, the others as `make`
 * makes them, `lanes` at once.
 *
 * @returns the records of all that was written
 */
export async function spliceUnits<U extends Unit, R>(
  archive: { readonly file: PlainFile; readonly units: readonly U[] },
  extents: readonly Extent[],
  write: (bytes: Uint8Array) => void,
  options: SpliceOptions & {
    readonly lanes: number
    readonly keep: (unit: U) => R
    readonly make: (touched: Touched<U>, signal: AbortSignal) => Promise<Made<R>>
  },
): Promise<R[]> {
  const { lanes, signal, onProgress, keep, make } = options
  const touched = touchedUnits(archive.units, extents)
  const total = touched.reduce((sum, { unit }) => sum + unit.size, 0)
  const records: R[] = []
  let done = 0
  let next = 0
  /** Copies the units before that number. */
  const keepUntil = (end: number) => {
    const run = archive.units.slice(next, end)
    const [first] = run
    const last = run.at(-1)
    if (first === undefined || last === undefined) return
    for (const bytes of pieces(archive.file, first.offset, last.offset + last.length, CACHED)) write(bytes)
    for (const unit of run) records.push(keep(unit))
  }
  const results = inOrder(touched, lanes, signal, async (item, either) => ({ item, made: await make(item, either) }))
  for await (const { item, made } of results) {
    keepUntil(item.number)
    for (const part of made.parts) write(part)
    records.push(...made.records)
    next = item.number + 1
    done += item.unit.size
    onProgress?.(done, total)
  }
  keepUntil(archive.units.length)
  return records
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
