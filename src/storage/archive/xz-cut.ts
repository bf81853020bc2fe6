import type { Bytes } from '../../base/bytes/bytes.ts'
import type { Chunk } from './lzma2.ts'
import type { Touched } from './touched.ts'
import type { Unit } from './unit.ts'
import { type BlockLayout, type MadeBlock, makeBlock } from './xz-block.ts'
import type { Check } from './xz-format.ts'

/** Where a block is cut: the place in the file, and in what the block decodes to. */
export type Cut = Pick<Chunk, 'offset' | 'position'>

/** The last chunk that starts at or before the first changed byte; those before it can be carried over. */
export function cutOf({ unit, extents }: Touched<Unit>, layout: BlockLayout): Cut {
  const start = { offset: layout.start, position: 0 }
  // Other filters look beyond the ends of chunks.
  if (!layout.isPlain) return start
  const first = Math.max(0, (extents[0]?.offset ?? 0) - unit.imageOffset)
  return layout.chunks.findLast(({ position }) => position <= first) ?? start
}

/** The chunks before `cut` as a block of their own. */
export function keptBlock(
  { file, check }: { readonly file: Bytes; readonly check: Check },
  { dictionary, start }: BlockLayout,
  decoded: Uint8Array,
  cut: Cut,
): MadeBlock {
  const data = file.read(start, cut.offset - start)
  return makeBlock([data], decoded.subarray(0, cut.position), { dictionary, check })
}
