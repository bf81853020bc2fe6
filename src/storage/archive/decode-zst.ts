import { pipeline } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import { errno } from '../../base/disk/disk.ts'
import { throwIfAborted } from '../../base/disk/new-file.ts'
import { eachOutput, hasProgram, start } from '../../base/process/program.ts'
import { type Decoding, type Reading, type Use, withDescriptor } from './decoding.ts'
import { inOrder } from './in-order.ts'
import { LimitedWriter } from './limited-writer.ts'
import { damaged, type Frame, frameParts, readFrames, wrongSize } from './zst-frame.ts'
import { DECODE, DECODER, decodeFrame, type NodeZstd, nodeZstd } from './zstd.ts'
import { decodeFramePortably } from './zstd-portable.ts'

/** Bytes that are read at once. */
const PIECE = 512 * 1024
/** Frames up to this size are decoded in memory, two side by side. */
const SMALL = 4 * 1024 * 1024

type Placed = Frame & { readonly end: number }

/** Decodes a .zst file to a file. */
export async function decodeZst(decoding: Decoding): Promise<void> {
  const writer = new LimitedWriter(decoding)
  await eachZst(decoding, (bytes) => writer.write(bytes))
  writer.finish()
}

/** Decodes a .zst file: by Node, or else by the zstd program, or else, slowly, by a package. */
export async function eachZst(reading: Reading, use: Use): Promise<void> {
  const node = nodeZstd()
  const useNext = (bytes: Uint8Array) => {
    throwIfAborted(reading.signal)
    return use(bytes)
  }
  if (node !== undefined) await decodeByNode(node, reading, useNext)
  else if (hasProgram('zstd')) await decodeByProgram(reading, useNext)
  else await decodePortably(reading, useNext)
}

async function decodeByNode(node: NodeZstd, reading: Reading, use: Use): Promise<void> {
  const { source, path, signal, onProgress } = reading
  const decoded = inOrder(readFrames(source, path), 2, signal, async (frame) => {
    const { offset, end, size = Number.POSITIVE_INFINITY } = frame
    const isSmall = size <= SMALL && end - offset <= SMALL
    const whole = isSmall ? { bytes: source.read(offset, end - offset), size } : undefined
    return { frame, bytes: whole === undefined ? undefined : await decodeFrame(node, whole, path) }
  })
  for await (const { frame, bytes } of decoded) {
    if (bytes === undefined) await decodeLarge(node, frame, reading, use)
    else await use(bytes)
    onProgress?.(frame.end, source.size)
  }
}

async function decodeLarge(node: NodeZstd, frame: Placed, reading: Reading, use: Use): Promise<void> {
  const { source, path, signal, onProgress } = reading
  let at = frame.offset
  let size = 0
  function* input() {
    for (const { start, end } of frameParts(source, frame, PIECE, path)) {
      at = end
      yield source.read(start, end - start)
    }
  }
  const output = async (decoded: AsyncIterable<Buffer>) => {
    for await (const bytes of decoded) {
      size += bytes.length
      await use(bytes)
      onProgress?.(at, source.size)
    }
  }
  try {
    await pipeline(input, node.createZstdDecompress(DECODER), output, signal === undefined ? {} : { signal })
  } catch (error) {
    // Not those of who uses it.
    throw /^Z(STD)?_/.test(errno(error) ?? '') ? damaged(path, error) : error
  }
  // Node 22.15 takes a missing end for the end.
  if (size !== (frame.size ?? size)) throw wrongSize(path)
}

async function decodeByProgram(reading: Reading, use: Use): Promise<void> {
  const { path, source, signal, onProgress } = reading
  const sizes = Array.from(readFrames(source, path), ({ size }) => size ?? Number.NaN)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  let done = 0
  await withDescriptor(path, async (input) => {
    await eachOutput(start('zstd', DECODE, { about: path, stdio: [input, 'pipe', 'pipe'], signal }), async (bytes) => {
      await use(bytes)
      done += bytes.length
      // Not every frame says how long it is.
      if (!Number.isNaN(total)) onProgress?.(done, total)
    })
  })
}

async function decodePortably(reading: Reading, use: Use): Promise<void> {
  const { source, path, onProgress } = reading
  for (const frame of readFrames(source, path)) {
    let size = 0
    for (const bytes of decodeFramePortably(source, frame, path)) {
      size += bytes.length
      await use(bytes)
      // So that an abort is heard of.
      await setImmediate()
    }
    if (size !== (frame.size ?? size)) throw wrongSize(path)
    onProgress?.(frame.end, source.size)
  }
}
