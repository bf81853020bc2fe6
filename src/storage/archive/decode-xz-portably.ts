import { createHash } from 'node:crypto'
import { ReadableStream, type ReadableStreamDefaultReader } from 'node:stream/web'
import xzDecompress from 'xz-decompress'
import { throwIfAborted } from '../../base/disk/new-file.ts'
import { TargetError } from '../../base/errors.ts'
import type { Decoding } from './decoding.ts'
import { LimitedWriter } from './limited-writer.ts'
import { copies } from './pieces.ts'
import { type BlockLayout, dictionarySize } from './xz-block.ts'
import { CHECKS, type Check, padded, streamEnd, streamHeader } from './xz-format.ts'
import type { XzBlock, XzIndex } from './xz-index.ts'

/** Bytes that are read at once. */
const PIECE = 1024 * 1024
const [NO_CHECK] = CHECKS

/** The largest dictionary; `xz -9` has 64 MiB. */
const MAX_DICTIONARY = 64 * 1024 * 1024
const HINT = 'install the xz program (Debian: xz-utils)'

/** @throws TargetError when a block is of a kind that the decoder does not know */
export function assertPortable(path: string, { isPlain, dictionary }: BlockLayout): void {
  const size = dictionarySize(dictionary)
  if (!isPlain) throw new TargetError(`${path}: it uses a filter that only the xz program decodes`, { hint: HINT })
  if (size > MAX_DICTIONARY) throw new TargetError(`${path}: it needs ${size} bytes of memory`, { hint: HINT })
}

/**
 * Decodes without the xz program. Each block is given to the decoder as a stream of its own: it takes one stream only,
 * and this way a file may have many.
 */
export async function decodeXzPortably(index: XzIndex, decoding: Decoding): Promise<void> {
  const writer = new LimitedWriter(decoding)
  for (const { check, blocks } of index.streams) {
    for (const block of blocks) {
      const before = writer.size
      await decodeBlock(block, check, decoding, (bytes) => {
        throwIfAborted(decoding.signal)
        writer.write(bytes)
        decoding.onProgress?.(writer.size, index.size)
      })
      if (writer.size - before !== block.size) throw damaged(decoding, block, 'its size is wrong')
    }
  }
  writer.finish()
}

async function decodeBlock(
  block: XzBlock,
  check: Check,
  decoding: Decoding,
  write: (bytes: Uint8Array) => void,
): Promise<void> {
  // The decoder knows no SHA-256.
  const isHashed = check.name === 'sha256'
  const hash = createHash('sha256')
  const output = new xzDecompress.XzReadableStream(ReadableStream.from(asStream(block, check, decoding, isHashed)))
  const reader = output.getReader()
  try {
    for (;;) {
      const { done, value } = await next(reader, block, decoding)
      if (done) break
      if (isHashed) hash.update(value)
      write(value)
    }
  } finally {
    // It decodes one stream at a time and would wait for the end of this one for ever.
    await reader.cancel().catch(() => undefined)
  }
  if (!isHashed) return
  const stated = decoding.source.read(block.offset + padded(block.unpadded) - check.size, check.size)
  if (!hash.digest().equals(stated)) throw damaged(decoding, block, 'its checksum is wrong')
}

/** The block with a header, an index and a footer around it; without its check, if it is not for the decoder. */
function* asStream(block: XzBlock, check: Check, { source }: Decoding, isWithoutCheck: boolean): Generator<Uint8Array> {
  const left = isWithoutCheck ? check.size : 0
  const stated = isWithoutCheck ? NO_CHECK : check
  yield streamHeader(stated)
  // The padding is before the check. A copy of each piece: when the decoder reads it is not known.
  yield* copies(source, block.offset, block.offset + padded(block.unpadded) - left, PIECE)
  yield streamEnd(stated, [{ unpadded: block.unpadded - left, size: block.size }])
}

async function next(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  block: XzBlock,
  decoding: Decoding,
): ReturnType<typeof reader.read> {
  try {
    return await reader.read()
  } catch (error) {
    throw damaged(decoding, block, `${error instanceof Error ? error.message : error}`)
  }
}

function damaged({ path }: Decoding, block: XzBlock, why: string): TargetError {
  return new TargetError(`${path}: damaged: the block at ${block.offset} cannot be decoded: ${why}`)
}
