import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import { damaged, MAX_WINDOW_LOG, wrongSize } from './zst-frame.ts'
import { decodeWholePortably } from './zstd-portable.ts'

/** What Node's zlib has from 22.15 on; the types at hand are those of the oldest Node that pibake runs on. */
export interface NodeZstd {
  createZstdDecompress(options: ZstdOptions): Transform & { readonly bytesWritten: number }
  zstdDecompressSync(bytes: Uint8Array, options: ZstdOptions): Buffer
  zstdDecompress(bytes: Uint8Array, options: ZstdOptions, done: (error: Error | null, result: Buffer) => void): void
  zstdCompress(bytes: Uint8Array, options: ZstdOptions, done: (error: Error | null, result: Buffer) => void): void
}

interface ZstdOptions {
  readonly params?: Readonly<Record<number, number>>
  readonly chunkSize?: number
  readonly maxOutputLength?: number
  readonly pledgedSrcSize?: number
}

/** A parameter by its number in zstd.h, of `ZSTD_dParameter`. */
const WINDOW_LOG_MAX = 100

const MEMORY = `--memory=${2 ** (MAX_WINDOW_LOG - 20)}MiB`
export const PIECE = 1024 * 1024

/** Node's own zstd, if this Node has it. */
export function nodeZstd(): NodeZstd | undefined {
  const found: object = zlib
  return 'zstdCompress' in found ? (found as NodeZstd) : undefined
}

/** What to give Node's decoder. */
export const DECODER: ZstdOptions = { params: { [WINDOW_LOG_MAX]: MAX_WINDOW_LOG }, chunkSize: PIECE }

/** Bytes of the image in one frame: small enough to be coded again quickly, large enough to pack well. */
export const FRAME = 1024 * 1024

export const ZSTD_LEVEL = 3

/** Arguments with which the zstd program decodes its input. */
export const DECODE = ['-d', '-c', '-q', MEMORY]

/** A frame in memory, and how many bytes it decodes to. */
export interface WholeFrame {
  readonly bytes: Uint8Array
  readonly size: number
}

/**
 * Decodes a frame, waiting for it.
 *
 * @throws TargetError when it is damaged, or decodes to another number of bytes
 */
export function decodeFrameSync(frame: WholeFrame, about: string): Uint8Array {
  const bytes = decodeSync(frame, about)
  if (bytes.length !== frame.size) throw wrongSize(about)
  return bytes
}

function decodeSync({ bytes, size }: WholeFrame, about: string): Uint8Array {
  const node = nodeZstd()
  // A process for each frame takes three times as long.
  if (node === undefined) return decodeWholePortably(bytes, about)
  try {
    return node.zstdDecompressSync(bytes, { ...DECODER, maxOutputLength: size })
  } catch (error) {
    throw damaged(about, error)
  }
}

/** {@link decodeFrameSync} by Node, beside other work. */
export function decodeFrame(node: NodeZstd, { bytes, size }: WholeFrame, about: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    node.zstdDecompress(bytes, { ...DECODER, maxOutputLength: size }, (error, result) => {
      if (error !== null) reject(damaged(about, error))
      else if (result.length !== size) reject(wrongSize(about))
      else resolve(result)
    })
  })
}
