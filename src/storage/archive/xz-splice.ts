import { availableParallelism } from 'node:os'
import { appender, newFile } from '../../base/disk/new-file.ts'
import { filter } from '../../base/process/program.ts'
import type { Extent } from '../image/edit.ts'
import { limiter } from './limiter.ts'
import { type Made, type SpliceOptions, spliceUnits } from './splice.ts'
import { patch, type Touched } from './touched.ts'
import { dictionarySize, type MadeBlock, makeBlock } from './xz-block.ts'
import { cutOf, keptBlock } from './xz-cut.ts'
import { type IndexRecord, streamEnd, streamHeader } from './xz-format.ts'
import type { XzImage, XzUnit } from './xz-image.ts'

/** A preset of xz, with its dictionary as {@link dictionarySize} has it. */
interface Preset {
  readonly level: number
  readonly dictionary: number
}
const SMALLER: readonly Preset[] = [
  { level: 0, dictionary: 12 },
  { level: 1, dictionary: 16 },
  { level: 2, dictionary: 18 },
  { level: 4, dictionary: 20 },
]
/** The largest that the memory allows. */
const LARGEST: Preset = { level: 6, dictionary: 22 }
/** An encoder of level 6 takes 94 MB; the memory for two is there on every machine, and a third makes no other bytes. */
const ENCODERS = 2
/** So much is coded at once: small enough that the last block keeps both encoders busy, and no less than a dictionary. */
const PIECE = 8 * 1024 * 1024

/**
 * Writes the image with `extents` in it as an .xz file. A block that they do not touch is carried over as it is. In one
 * that they do, the chunks before the first changed byte are carried over as a block of their own, and what follows is
 * coded again, at the level that the block's dictionary speaks of (at most 6), in blocks of at most {@link PIECE}.
 *
 * What the untouched blocks decode to is not looked at; `each-decoded.ts` does that.
 *
 * @param destination a new file, which is removed if anything fails
 * @throws TargetError when a touched block is damaged, SpaceError when the disk is full, Interrupted on abort
 */
export async function spliceXz(
  image: XzImage,
  extents: readonly Extent[],
  destination: string,
  options: SpliceOptions & { readonly encoders?: number } = {},
): Promise<void> {
  const lanes = options.encoders ?? Math.min(ENCODERS, availableParallelism())
  const limit = limiter(lanes)
  image.forget()
  await newFile(destination, options.signal, async (fd) => {
    const write = appender(fd, options.onOutput)
    write(streamHeader(image.check))
    const records = await spliceUnits<XzUnit, IndexRecord>(image, extents, write, {
      ...options,
      lanes,
      keep: (unit) => unit,
      make: (touched, signal) => remade(image, touched, (work) => limit(signal, () => work(signal))),
    })
    write(streamEnd(image.check, records))
  })
}

/** Runs a program when there is room for one more. */
type Run = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>

async function remade(image: XzImage, touched: Touched<XzUnit>, run: Run): Promise<Made<IndexRecord>> {
  const { layout } = touched.unit
  const decoded = patch(await run((signal) => image.decode(touched.unit, signal)), touched)
  const cut = cutOf(touched, layout)
  const preset = presetFor(layout.dictionary)
  const pieces: Uint8Array[] = []
  for (let at = cut.position; at < decoded.length; at += PIECE) pieces.push(decoded.subarray(at, at + PIECE))
  const changed = await Promise.all(pieces.map((piece) => run((signal) => codedBlock(image, piece, preset, signal))))
  const blocks = cut.position === 0 ? changed : [keptBlock(image, layout, decoded, cut), ...changed]
  return { parts: blocks.flatMap(({ parts }) => parts), records: blocks }
}

async function codedBlock(image: XzImage, piece: Uint8Array, preset: Preset, signal: AbortSignal): Promise<MadeBlock> {
  const args = ['--format=raw', '-z', '-c', '-q', '-T1', `--lzma2=preset=${preset.level}`]
  const coded = await filter('xz', args, [piece], { about: image.path, signal })
  // Without the end marker, which makeBlock adds.
  return makeBlock([coded.subarray(0, -1)], piece, { dictionary: preset.dictionary, check: image.check })
}

function presetFor(dictionary: number): Preset {
  const size = dictionarySize(dictionary)
  return SMALLER.find((preset) => dictionarySize(preset.dictionary) >= size) ?? LARGEST
}
