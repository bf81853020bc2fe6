import { sha256 } from '@noble/hashes/sha2.js'
import type { Bytes } from '../../base/bytes/bytes.ts'
import { TargetError } from '../../base/errors.ts'
import { equals } from '../../base/host/bytes.ts'
import { CHECKS, type Check, padded, streamEnd, streamHeader } from '../../storage/archive/xz-format.ts'
import { readXzIndex, type XzBlock } from '../../storage/archive/xz-index.ts'
import { BlobBytes } from './blob-bytes.ts'
import type { OnProgress } from './streams.ts'
import { decodeXzStream } from './xz-decoder.ts'

/** Bytes that are read at once. */
const PIECE = 1 << 20
const [NO_CHECK] = CHECKS

/** An .xz file in which blocks are. */
interface Source {
  readonly file: Bytes
  /** As messages call it. */
  readonly path: string
  readonly check: Check
}

/** What an .xz file decodes to. @throws TargetError when it is damaged or truncated */
export function* decodeXz(file: File, onProgress: OnProgress): Generator<Uint8Array, void, undefined> {
  const bytes = new BlobBytes(file)
  const index = readXzIndex(bytes, file.name)
  let done = 0
  for (const { check, blocks } of index.streams) {
    for (const block of blocks) {
      for (const piece of decodedBlock({ file: bytes, path: file.name, check }, block)) {
        yield piece
        done += piece.length
        onProgress(done / index.size)
      }
    }
  }
}

/**
 * What a block decodes to, in pieces that are lent. It is a stream of its own for the decoder, which takes one stream only,
 * and knows no SHA-256: of those the digest is taken here.
 *
 * @throws TargetError when it is damaged
 */
export function* decodedBlock({ file, path, check }: Source, block: XzBlock): Generator<Uint8Array, void, undefined> {
  const fail = (why: string) => new TargetError(`${path}: damaged: the block at ${block.offset} ${why}`)
  const hash = check.name === 'sha256' ? sha256.create() : undefined
  const left = hash === undefined ? 0 : check.size
  const end = block.offset + padded(block.unpadded)
  let size = 0
  try {
    for (const bytes of decodeXzStream(
      asStream(file, { ...block, end: end - left }, left > 0 ? NO_CHECK : check, left),
    )) {
      size += bytes.length
      hash?.update(bytes)
      yield bytes
    }
  } catch (error) {
    if (error instanceof DOMException) throw error
    throw fail(`cannot be decoded: ${error instanceof Error ? error.message : error}`)
  }
  if (size !== block.size) throw fail('has a wrong size')
  if (hash !== undefined && !equals(hash.digest(), file.read(end - left, left))) throw fail('has a wrong checksum')
}

/** @param left bytes of a check that the decoder is not shown */
function* asStream(
  file: Bytes,
  { offset, end, unpadded, size }: XzBlock & { readonly end: number },
  check: Check,
  left: number,
): Generator<Uint8Array, void, undefined> {
  yield streamHeader(check)
  for (let at = offset; at < end; at += PIECE) yield file.read(at, Math.min(PIECE, end - at))
  yield streamEnd(check, [{ unpadded: unpadded - left, size }])
}
