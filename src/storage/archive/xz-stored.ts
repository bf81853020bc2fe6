import type { Bytes } from '../../base/bytes/bytes.ts'
import { TargetError } from '../../base/errors.ts'
import type { Extent } from '../image/edit.ts'
import { storedChunks } from './lzma2.ts'
import { patch, type Touched, touchedUnits } from './touched.ts'
import { type MadeBlock, makeBlock, readBlock } from './xz-block.ts'
import { cutOf, keptBlock } from './xz-cut.ts'
import { type IndexRecord, streamEnd, streamHeader } from './xz-format.ts'
import type { XzUnits } from './xz-units.ts'

/** An .xz file of several blocks that is open. */
export interface XzArchive extends XzUnits {
  readonly file: Bytes
  /** As messages call it. */
  readonly path: string
}

/** New bytes, or a range of the archive. */
export type XzPart = Uint8Array | { readonly from: number; readonly to: number }

/**
 * The archive with `extents` in it, made without an encoder: blocks that they do not touch are ranges of the archive. Of a
 * block that they do, the chunks before the first changed byte stay as a block of their own, and what follows is stored as
 * it is, in a block that says so (LZMA2 has such chunks).
 *
 * @param image what the archive decodes to
 * @returns the new archive in parts, in their order; new bytes are made when they are asked for
 * @throws TargetError when a touched block is not what its index says
 */
export function* storedXz(
  archive: XzArchive,
  image: Bytes,
  extents: readonly Extent[],
): Generator<XzPart, void, undefined> {
  const { check, units } = archive
  const records: IndexRecord[] = []
  let next = 0
  function* keptUntil(end: number): Generator<XzPart, void, undefined> {
    const run = units.slice(next, end)
    const [first] = run
    const last = run.at(-1)
    if (first === undefined || last === undefined) return
    records.push(...run)
    yield { from: first.offset, to: last.offset + last.length }
  }
  yield streamHeader(check)
  for (const touched of touchedUnits(units, extents)) {
    yield* keptUntil(touched.number)
    const blocks = storedBlocks(archive, image, touched)
    for (const { parts } of blocks) yield* parts
    records.push(...blocks)
    next = touched.number + 1
  }
  yield* keptUntil(units.length)
  yield streamEnd(check, records)
}

function storedBlocks(archive: XzArchive, image: Bytes, touched: Touched<XzArchive['units'][number]>): MadeBlock[] {
  const { file, path, check } = archive
  const { unit } = touched
  const layout = readBlock(file, unit, check)
  if (layout === undefined) {
    throw new TargetError(`${path}: damaged: the block at ${unit.offset} is not what the index says`)
  }
  // A copy: what is read may be lent.
  const decoded = patch(new Uint8Array(image.read(unit.imageOffset, unit.size)), touched)
  const cut = cutOf(touched, layout)
  const rest = decoded.subarray(cut.position)
  const stored = makeBlock(storedChunks(rest), rest, { dictionary: layout.dictionary, check })
  return cut.position === 0 ? [stored] : [keptBlock(archive, layout, decoded, cut), stored]
}
