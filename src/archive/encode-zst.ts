import { availableParallelism } from 'node:os'
import type { Encoding } from './encode.ts'
import { inOrder } from './in-order.ts'
import { seekTable } from './seek-table.ts'
import { FRAME, ZSTD_LEVEL, zstdEncoder } from './zstd.ts'

/** Writes a .zst file of independent frames with a table of where they are. */
export async function encodeZst(encoding: Encoding): Promise<void> {
  const { source, path, level = ZSTD_LEVEL, signal, write, onProgress } = encoding
  const encode = zstdEncoder(level, path)
  const offsets = Array.from({ length: Math.ceil(source.size / FRAME) }, (_, index) => index * FRAME)
  const frames = inOrder(offsets, availableParallelism(), signal, async (offset, either) => {
    const bytes = source.read(offset, Math.min(FRAME, source.size - offset))
    return { coded: await encode(bytes, either), size: bytes.length }
  })
  const records: { length: number; size: number }[] = []
  let done = 0
  for await (const { coded, size } of frames) {
    write(coded)
    records.push({ length: coded.length, size })
    done += size
    onProgress(done, source.size)
  }
  write(seekTable(records))
}
