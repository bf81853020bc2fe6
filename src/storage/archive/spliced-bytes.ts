import type { Bytes } from '../../base/bytes/bytes.ts'
import type { Extent } from '../image/edit.ts'
import { touchedUnits } from './touched.ts'
import type { Unit } from './unit.ts'

/**
 * The image in an archive that was made of a base: what the extents touch is read in the archive; all else in the base,
 * where much of it is decoded already.
 */
export class SplicedBytes implements Bytes {
  readonly size: number
  readonly #made: Bytes
  readonly #base: Bytes
  readonly #touched: readonly Unit[]

  constructor(made: Bytes & { readonly units: readonly Unit[] }, base: Bytes, extents: readonly Extent[]) {
    this.size = made.size
    this.#made = made
    this.#base = base
    this.#touched = touchedUnits(made.units, extents).map(({ unit }) => unit)
  }

  read(offset: number, length: number): Uint8Array {
    const isTouched = this.#touched.some(
      (unit) => unit.imageOffset < offset + length && offset < unit.imageOffset + unit.size,
    )
    return (isTouched ? this.#made : this.#base).read(offset, length)
  }
}
