import { pipeline } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import { errno } from '../tree/disk.ts'
import { type Decoding, withDescriptor } from './decode.ts'
import { inOrder } from './in-order.ts'
import { LimitedWriter } from './limited-writer.ts'
import { throwIfAborted } from './new-file.ts'
import { eachOutput, hasProgram, start } from './program.ts'
import { damaged, type Frame, frameParts, readFrames, wrongSize } from './zst-frame.ts'
import { DECODE, DECODER, decodeFrame, type NodeZstd, nodeZstd } from './zstd.ts'
import { decodeFramePortably } from './zstd-portable.ts'

/** Bytes that are read at once. */
const PIECE = 512 * 1024
/** Frames up to this size are decoded in memory, two side by side. */
const SMALL = 4 * 1024 * 1024

type Write = (bytes: Uint8Array) => void
type Placed = Frame & { readonly end: number }

/** Decodes a .zst file: by Node, or else by the zstd program, or else, slowly, by a package. */
export async function decodeZst(decoding: Decoding): Promise<void> {
  const node = nodeZstd()
  const writer = new LimitedWriter(decoding)
  const write = (bytes: Uint8Array) => {
    throwIfAborted(decoding.signal)
    writer.write(bytes)
  }
  if (node !== undefined) await decodeByNode(node, decoding, write)
  else if (hasProgram('zstd')) await decodeByProgram(decoding, write)
  else await decodePortably(decoding, write)
  writer.finish()
}

async function decodeByNode(node: NodeZstd, decoding: Decoding, write: Write): Promise<void> {
  const { source, path, signal, onProgress } = decoding
  const decoded = inOrder(readFrames(source, path), 2, signal, async (frame) => {
    const { offset, end, size = Number.POSITIVE_INFINITY } = frame
    const isSmall = size <= SMALL && end - offset <= SMALL
    const whole = isSmall ? { bytes: source.read(offset, end - offset), size } : undefined
    return { frame, bytes: whole === undefined ? undefined : await decodeFrame(node, whole, path) }
  })
  for await (const { frame, bytes } of decoded) {
    if (bytes === undefined) await decodeLarge(node, frame, decoding, write)
    else write(bytes)
    onProgress?.(frame.end, source.size)
  }
}

async function decodeLarge(node: NodeZstd, frame: Placed, decoding: Decoding, write: Write): Promise<void> {
  const { source, path, signal, onProgress } = decoding
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
      write(bytes)
      onProgress?.(at, source.size)
    }
  }
  try {
    await pipeline(input, node.createZstdDecompress(DECODER), output, signal === undefined ? {} : { signal })
  } catch (error) {
    // Not those of the writer.
    throw /^Z(STD)?_/.test(errno(error) ?? '') ? damaged(path, error) : error
  }
  // Node 22.15 takes a missing end for the end.
  if (size !== (frame.size ?? size)) throw wrongSize(path)
}

async function decodeByProgram(decoding: Decoding, write: Write): Promise<void> {
  const { path, source, signal, onProgress } = decoding
  const sizes = Array.from(readFrames(source, path), ({ size }) => size ?? Number.NaN)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  let done = 0
  await withDescriptor(path, async (input) => {
    await eachOutput(start('zstd', DECODE, { about: path, stdio: [input, 'pipe', 'pipe'], signal }), (bytes) => {
      write(bytes)
      done += bytes.length
      // Not every frame says how long it is.
      if (!Number.isNaN(total)) onProgress?.(done, total)
    })
  })
}

async function decodePortably(decoding: Decoding, write: Write): Promise<void> {
  const { source, path, onProgress } = decoding
  for (const frame of readFrames(source, path)) {
    let size = 0
    for (const bytes of decodeFramePortably(source, frame, path)) {
      size += bytes.length
      write(bytes)
      // So that an abort is heard of.
      await setImmediate()
    }
    if (size !== (frame.size ?? size)) throw wrongSize(path)
    onProgress?.(frame.end, source.size)
  }
}
