import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { errno } from '../../base/disk/disk.ts'
import { throwIfAborted } from '../../base/disk/new-file.ts'
import { TargetError } from '../../base/errors.ts'
import type { Decoding } from './decoding.ts'
import { LimitedWriter } from './limited-writer.ts'
import { copies, pieces } from './pieces.ts'

const PIECE = 1024 * 1024

/** Decodes a .gz file (RFC 1952), of one member or several. */
export async function decodeGz(decoding: Decoding): Promise<void> {
  const { source, path, signal } = decoding
  const gunzip = createGunzip({ chunkSize: PIECE })
  const writer = new LimitedWriter(decoding)
  let isWhole = false
  const write = async (output: AsyncIterable<Buffer>) => {
    for await (const bytes of output) {
      writer.write(bytes)
      decoding.onProgress?.(gunzip.bytesWritten, source.size)
    }
    isWhole = true
  }
  try {
    await pipeline(copies(source, 0, source.size, PIECE), gunzip, write, signal === undefined ? {} : { signal })
  } catch (error) {
    if (errno(error)?.startsWith('Z_') === true) {
      throw new TargetError(`${path}: damaged, or truncated: ${error instanceof Error ? error.message : error}`)
    }
    // A decoder that has come to its end takes nothing more: the pipeline calls itself off when there is more.
    const isOver = isWhole && errno(error) === 'ABORT_ERR' && signal?.aborted !== true
    if (!isOver) throw error
  }
  // Node's decoder takes no notice of some bytes that are no further member; gzip(1) of zeros, which fill up a tape's block.
  for (const bytes of pieces(source, gunzip.bytesWritten, source.size, PIECE)) {
    throwIfAborted(signal)
    if (bytes.some((byte) => byte !== 0)) throw new TargetError(`${path}: something follows its end`)
  }
  writer.finish()
}
