import { appender, newFile } from '../../base/disk/new-file.ts'
import type { Extent } from '../image/edit.ts'
import { type FrameRecord, type PlacedFrame, seekTable } from './seek-table.ts'
import { type SpliceOptions, spliceUnits } from './splice.ts'
import { patch } from './touched.ts'
import type { ZstImage } from './zst-image.ts'
import { ZSTD_LEVEL } from './zstd.ts'
import { zstdEncoder } from './zstd-encoder.ts'

/**
 * Writes the image with `extents` in it as a .zst file: frames that they do not touch are carried over as they are, the
 * others coded again.
 *
 * What the untouched frames decode to is not looked at; `each-decoded.ts` does that.
 *
 * @param destination a new file, which is removed if anything fails
 * @throws TargetError when a touched frame is damaged, SpaceError when the disk is full, Interrupted on abort
 */
export async function spliceZst(
  image: ZstImage,
  extents: readonly Extent[],
  destination: string,
  options: SpliceOptions & { readonly level?: number } = {},
): Promise<void> {
  const { lanes, encode } = zstdEncoder({
    level: options.level ?? ZSTD_LEVEL,
    path: destination,
    signal: options.signal,
  })
  await newFile(destination, options.signal, async (fd) => {
    const write = appender(fd, options.onOutput)
    const records = await spliceUnits<PlacedFrame, FrameRecord>(image, extents, write, {
      ...options,
      lanes,
      keep: (unit) => unit,
      make: async (touched) => {
        const { imageOffset, size } = touched.unit
        // A copy: the image keeps what it has decoded, most of it while the edit was made.
        const bytes = patch(new Uint8Array(image.read(imageOffset, size)), touched)
        const coded = await encode(bytes)
        return { parts: [coded], records: [{ length: coded.length, size: bytes.length }] }
      },
    })
    write(seekTable(records))
  })
}
