import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { errno } from '../tree/disk.ts'
import { TargetError } from '../tree/tree.ts'
import type { Decoding } from './decode.ts'
import { LimitedWriter } from './limited-writer.ts'
import { copies } from './pieces.ts'

const PIECE = 1024 * 1024

/** Decodes a .gz file (RFC 1952), of one member or several. */
export async function decodeGz(decoding: Decoding): Promise<void> {
  const { source, path, signal } = decoding
  const gunzip = createGunzip({ chunkSize: PIECE })
  const writer = new LimitedWriter(decoding)
  const write = async (output: AsyncIterable<Buffer>) => {
    for await (const bytes of output) {
      writer.write(bytes)
      decoding.onProgress?.(gunzip.bytesWritten, source.size)
    }
  }
  try {
    await pipeline(copies(source, 0, source.size, PIECE), gunzip, write, signal === undefined ? {} : { signal })
  } catch (error) {
    if (errno(error)?.startsWith('Z_') !== true) throw error
    throw new TargetError(`${path}: damaged, or truncated: ${error instanceof Error ? error.message : error}`)
  }
  // Node's decoder takes no notice of some bytes that are no further member.
  if (gunzip.bytesWritten !== source.size) throw new TargetError(`${path}: something follows its end`)
  writer.finish()
}
