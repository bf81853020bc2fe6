import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Encoding } from './encoding.ts'
import { copies } from './pieces.ts'

const PIECE = 1024 * 1024
const LEVEL = 6
/** Place and value of the system that wrote a file (RFC 1952, 2.3.1): unknown, so that it is the same on all. */
const SYSTEM = 9
const UNKNOWN = 255

/** Writes a .gz file without name and time. */
export async function encodeGz(encoding: Encoding): Promise<void> {
  const { source, level = LEVEL, signal, write, onProgress } = encoding
  const gzip = createGzip({ level, chunkSize: PIECE })
  let isFirst = true
  const output = async (coded: AsyncIterable<Buffer>) => {
    for await (const bytes of coded) {
      if (isFirst) bytes[SYSTEM] = UNKNOWN
      isFirst = false
      write(bytes)
      onProgress(gzip.bytesWritten, source.size)
    }
  }
  await pipeline(copies(source, 0, source.size, PIECE), gzip, output, signal === undefined ? {} : { signal })
}
