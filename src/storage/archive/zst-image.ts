import type { CopyableBytes } from '../../base/bytes/bytes.ts'
import { PlainFile } from '../../base/disk/plain-file.ts'
import { type PlacedFrame, readSeekTable } from './seek-table.ts'
import { UnitBytes } from './unit-bytes.ts'
import { decodeFrameSync } from './zstd.ts'

const MIB = 1024 * 1024
/** Decoded frames in memory. */
const KEPT = 64 * MIB
/** Larger frames are no good for entering a file in the middle. */
const MAX_FRAME = 16 * MIB

/** The image in a .zst file with a table of its frames, as pibake writes it. Close it when done. */
export class ZstImage implements CopyableBytes {
  readonly size: number
  readonly path: string
  readonly file: PlainFile
  readonly units: readonly PlacedFrame[]
  readonly #bytes: UnitBytes<PlacedFrame>

  /**
   * @returns `undefined` when the file has no such table, or very large frames: it is to be decoded as a whole
   * @throws TargetError when the table is damaged
   */
  static open(path: string): ZstImage | undefined {
    const file = new PlainFile(path)
    let image: ZstImage | undefined
    try {
      const units = readSeekTable(file, path)
      const isFine = units?.every(({ size, length }) => size > 0 && size <= MAX_FRAME && length <= 2 * MAX_FRAME)
      if (units !== undefined && isFine === true) image = new ZstImage(path, file, units)
      return image
    } finally {
      if (image === undefined) file.close()
    }
  }

  /** For {@link ZstImage.open}. */
  constructor(path: string, file: PlainFile, units: readonly PlacedFrame[]) {
    this.path = path
    this.file = file
    this.units = units
    this.#bytes = new UnitBytes(units, KEPT, (unit) =>
      decodeFrameSync({ bytes: file.read(unit.offset, unit.length), size: unit.size }, path),
    )
    this.size = this.#bytes.size
  }

  read(offset: number, length: number): Uint8Array {
    return this.#bytes.read(offset, length)
  }

  readInto(into: Uint8Array, offset: number): void {
    into.set(this.read(offset, into.length))
  }

  close(): void {
    this.file.close()
  }
}
