import type { PlainFile } from '../../base/disk/plain-file.ts'
import type { Extent } from '../image/edit.ts'
import { inOrder } from './in-order.ts'
import { CACHED, pieces } from './pieces.ts'
import { type Touched, touchedUnits } from './touched.ts'
import type { Unit } from './unit.ts'

export interface SpliceOptions {
  readonly signal?: AbortSignal
  /** Bytes of the image that are coded again, and that have to be. */
  readonly onProgress?: (done: number, total: number) => void
  /** Sees the archive as it is written, from its start to its end; the bytes are lent for the call only. */
  readonly onOutput?: (bytes: Uint8Array) => void
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
