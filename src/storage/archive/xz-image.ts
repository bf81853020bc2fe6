import type { CopyableBytes } from '../../base/bytes/bytes.ts'
import { PlainFile } from '../../base/disk/plain-file.ts'
import { TargetError } from '../../base/errors.ts'
import { filter, filterSync, hasProgram } from '../../base/process/program.ts'
import type { Unit } from './unit.ts'
import { UnitBytes } from './unit-bytes.ts'
import { type BlockLayout, dictionarySize, readBlock } from './xz-block.ts'
import { type Check, streamEnd, streamHeader } from './xz-format.ts'
import { readXzIndex, type XzBlock } from './xz-index.ts'
import { MAX_BLOCK, unitsOf } from './xz-units.ts'

const MIB = 1024 * 1024
/** Decoded blocks in memory: three of those that `xz -T0 -6` makes. */
const KEPT = 72 * MIB
const DECODE = ['-d', '-c', '-T1', `--memlimit-decompress=${160 * MIB}`]

export interface XzUnit extends Unit, XzBlock {
  readonly layout: BlockLayout
}

/**
 * The image in an .xz file of several blocks, as `xz -T0` makes it: a block is decoded, by the xz program, when it is
 * read. Close it when done.
 */
export class XzImage implements CopyableBytes {
  readonly size: number
  readonly path: string
  readonly file: PlainFile
  readonly check: Check
  readonly units: readonly XzUnit[]
  readonly #bytes: UnitBytes<XzUnit>

  /**
   * @returns `undefined` when the file cannot be entered anywhere (one block, several streams, very large blocks), or
   *   there is no xz program: it is to be decoded as a whole
   * @throws TargetError when it is truncated or damaged; what blocks decode to is not looked at yet
   */
  static open(path: string): XzImage | undefined {
    const file = new PlainFile(path)
    let image: XzImage | undefined
    try {
      image = hasProgram('xz') ? fromFile(file, path) : undefined
      return image
    } finally {
      if (image === undefined) file.close()
    }
  }

  /** For {@link XzImage.open}. */
  constructor(path: string, file: PlainFile, check: Check, units: readonly XzUnit[]) {
    this.path = path
    this.file = file
    this.check = check
    this.units = units
    this.#bytes = new UnitBytes(units, KEPT, (unit) =>
      this.#ofSize(
        unit,
        filterSync('xz', DECODE, Buffer.concat(this.#stream(unit)), { about: path, limit: unit.size }),
      ),
    )
    this.size = this.#bytes.size
  }

  read(offset: number, length: number): Uint8Array {
    return this.#bytes.read(offset, length)
  }

  readInto(into: Uint8Array, offset: number): void {
    into.set(this.read(offset, into.length))
  }

  /** What a block decodes to, in memory of its own. */
  async decode(unit: XzUnit, signal: AbortSignal): Promise<Uint8Array> {
    return this.#ofSize(unit, await filter('xz', DECODE, this.#stream(unit), { about: this.path, signal }))
  }

  /** Frees the memory of the blocks that were read. */
  forget(): void {
    this.#bytes.forget()
  }

  close(): void {
    this.file.close()
  }

  /** The block as a file of its own. */
  #stream(unit: XzUnit): Uint8Array[] {
    const block = this.file.read(unit.offset, unit.length)
    return [streamHeader(this.check), block, streamEnd(this.check, [unit])]
  }

  #ofSize(unit: XzUnit, bytes: Uint8Array): Uint8Array {
    if (bytes.length === unit.size) return bytes
    throw new TargetError(`${this.path}: damaged: the block at ${unit.offset} does not decode to ${unit.size} bytes`)
  }
}

function fromFile(file: PlainFile, path: string): XzImage | undefined {
  const found = unitsOf(readXzIndex(file, path))
  if (found === undefined) return undefined
  const { check } = found
  const units = found.units.map((unit) => {
    const layout = readBlock(file, unit, check)
    if (layout === undefined) {
      throw new TargetError(`${path}: damaged: the block at ${unit.offset} is not what the index says`)
    }
    return { ...unit, layout }
  })
  if (units.some(({ layout }) => dictionarySize(layout.dictionary) > MAX_BLOCK)) return undefined
  return new XzImage(path, file, check, units)
}
