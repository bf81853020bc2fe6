import type { Bytes } from '../../base/bytes/bytes.ts'
import { SplicedBytes } from '../../storage/archive/spliced-bytes.ts'
import { UnitBytes } from '../../storage/archive/unit-bytes.ts'
import { readXzIndex } from '../../storage/archive/xz-index.ts'
import type { XzArchive } from '../../storage/archive/xz-stored.ts'
import { unitsOf, type XzUnits } from '../../storage/archive/xz-units.ts'
import type { Extent } from '../../storage/image/edit.ts'
import { BlobBytes } from './blob-bytes.ts'
import { decodedBlock } from './decode-xz.ts'

/** Decoded blocks in memory: three of those that `xz -T0 -6` makes. */
const KEPT = 72 << 20

/** An .xz file that can be entered anywhere. @returns `undefined` when it has to be decoded as a whole */
export function enteredXz(blob: Blob, path: string): XzArchive | undefined {
  const file = new BlobBytes(blob)
  const found = unitsOf(readXzIndex(file, path))
  return found && { ...found, file, path }
}

/** The image in such a file: a block is decoded when it is read. */
class XzBytes implements Bytes {
  readonly size: number
  readonly units: XzUnits['units']
  readonly #bytes: UnitBytes<XzUnits['units'][number]>

  constructor(archive: XzArchive) {
    this.units = archive.units
    this.#bytes = new UnitBytes(archive.units, KEPT, (unit) => {
      const decoded = new Uint8Array(unit.size)
      let at = 0
      for (const piece of decodedBlock(archive, unit)) {
        decoded.set(piece, at)
        at += piece.length
      }
      return decoded
    })
    this.size = this.#bytes.size
  }

  /** @throws TargetError when the block is damaged */
  read(offset: number, length: number): Uint8Array {
    return this.#bytes.read(offset, length)
  }
}

/** The image in what was made of an archive: what was made anew is decoded, and all else is read in the image it was made of. */
export function splicedBytes(made: Blob, base: Bytes, extents: readonly Extent[]): Bytes {
  const archive = enteredXz(made, 'what was made')
  if (archive === undefined) throw new Error('what was made is not an .xz of several blocks')
  return new SplicedBytes(new XzBytes(archive), base, extents)
}
