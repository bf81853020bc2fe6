import type { Encoding } from './encoding.ts'
import { inOrder } from './in-order.ts'
import { seekTable } from './seek-table.ts'
import { FRAME, ZSTD_LEVEL } from './zstd.ts'
import { zstdEncoder } from './zstd-encoder.ts'

/** Writes a .zst file of independent frames with a table of where they are. */
export async function encodeZst(encoding: Encoding): Promise<void> {
  const { source, path, level = ZSTD_LEVEL, signal, write, onProgress } = encoding
  const { lanes, isCopied, encode } = zstdEncoder({ level, path, signal })
  const offsets = Array.from({ length: Math.ceil(source.size / FRAME) }, (_, index) => index * FRAME)
  /** Memory that is used again: touching new memory costs as much as packing what is in it. */
  const free: Buffer[] = []
  const frames = inOrder(offsets, lanes, signal, async (offset) => {
    const buffer = free.pop() ?? Buffer.allocUnsafeSlow(FRAME)
    const bytes = buffer.subarray(0, source.size - offset)
    source.readInto(bytes, offset)
    const made = encode(bytes)
    if (!isCopied) await made
    free.push(buffer)
    return { coded: await made, size: bytes.length }
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
