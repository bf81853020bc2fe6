import { availableParallelism } from 'node:os'
import { TargetError } from '../../base/errors.ts'
import { hasProgram } from '../../base/process/program.ts'
import { isZero } from './sparse-writer.ts'
import { type NodeZstd, nodeZstd, PIECE } from './zstd.ts'
import { BATCH, type EncoderOptions, ZstdProgram } from './zstd-program.ts'

/** Parameters by their numbers in zstd.h, of `ZSTD_cParameter`. */
const COMPRESSION_LEVEL = 100
const CHECKSUM_FLAG = 201

/** Makes one frame, with its size and a checksum, of bytes. */
type Encode = (bytes: Uint8Array) => Promise<Buffer>

/** How frames are made, and how many of them are best asked for at once. */
export interface ZstdEncoder {
  readonly lanes: number
  /** Whether the bytes may be changed when `encode` has returned; else when its promise has settled. */
  readonly isCopied: boolean
  readonly encode: Encode
}

/**
 * Node's own encoder, or else the zstd program. Each gives the same bytes every time; they differ from each other.
 *
 * @throws TargetError when neither is there
 */
export function zstdEncoder(options: EncoderOptions): ZstdEncoder {
  const { level, path } = options
  const cores = availableParallelism()
  const node = nodeZstd()
  if (node !== undefined) {
    return { lanes: cores, isCopied: false, encode: zerosOnce((bytes) => encodeByNode(node, bytes, level)) }
  }
  if (!hasProgram('zstd')) {
    throw new TargetError(`${path}: this machine cannot write .zst`, {
      hint: 'use Node 22.15 or newer, install the zstd program, or choose .img or .img.gz',
    })
  }
  const program = new ZstdProgram(cores, options)
  return { lanes: cores * BATCH, isCopied: true, encode: zerosOnce((bytes) => program.encode(bytes)) }
}

/** Much of an image is zeros: their frame is made once. */
function zerosOnce(encode: Encode): Encode {
  const bySize = new Map<number, Promise<Buffer>>()
  return (bytes) => {
    if (!isZero(bytes)) return encode(bytes)
    const made = bySize.get(bytes.length) ?? encode(bytes)
    bySize.set(bytes.length, made)
    return made
  }
}

function encodeByNode(node: NodeZstd, bytes: Uint8Array, level: number): Promise<Buffer> {
  const params = { [COMPRESSION_LEVEL]: level, [CHECKSUM_FLAG]: 1 }
  return new Promise((resolve, reject) => {
    node.zstdCompress(bytes, { params, pledgedSrcSize: bytes.length, chunkSize: PIECE }, (error, result) =>
      error === null ? resolve(result) : reject(error),
    )
  })
}
