import { TargetError } from '../../base/errors.ts'
import { concat } from '../../base/host/bytes.ts'
import { compressionOf, type Packing } from '../../storage/archive/compression.ts'
import { assertLimit, FIRST } from '../../storage/archive/decoded-size.ts'
import { assertNotForeign, FOREIGN_HEAD } from '../../storage/archive/foreign.ts'
import { readFrames, wrongSize } from '../../storage/archive/zst-frame.ts'
import { decodeFramePortably } from '../../storage/archive/zstd-portable.ts'
import { imageEnd, imageLimit } from '../../storage/image/partitions.ts'
import { BlobBytes } from './blob-bytes.ts'
import { decodeXz } from './decode-xz.ts'
import { decodeZip } from './decode-zip.ts'
import { assertRoom, scratchFile } from './scratch.ts'
import { type OnProgress, through } from './streams.ts'

type Decode = (file: File, onProgress: OnProgress) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>

const DECODERS: Readonly<Record<Exclude<Packing, 'none'>, Decode>> = {
  xz: decodeXz,
  gz: decodeGz,
  zst: decodeZst,
  zip: decodeZip,
}

/**
 * The image in a file, as its first bytes say: the file itself, or what it decodes to.
 *
 * @throws TargetError when it is something that pibake does not read, or damaged, or decodes to more than its partition
 *   table speaks of; SpaceError when the browser has too little room for it
 */
export async function unpacked(file: File, onProgress: OnProgress): Promise<Blob> {
  const head = new Uint8Array(await file.slice(0, FOREIGN_HEAD).arrayBuffer())
  const kind = compressionOf(head)
  if (kind === 'none') {
    assertNotForeign(head, file.name)
    return file
  }
  return decoded(file, DECODERS[kind], onProgress)
}

async function decoded(file: File, decode: Decode, onProgress: OnProgress): Promise<Blob> {
  const output = await scratchFile()
  const first: Uint8Array[] = []
  let [size, limit] = [0, undefined as number | undefined]
  const limitOf = async () => {
    const start = concat(first.splice(0)).subarray(0, FIRST)
    const needs = imageEnd(start, file.name)
    onProgress(0, needs)
    await assertRoom(needs, file.name)
    return imageLimit(start, file.name)
  }
  try {
    for await (const bytes of decode(file, onProgress)) {
      size += bytes.length
      if (limit === undefined) {
        first.push(new Uint8Array(bytes))
        if (size >= FIRST) limit = await limitOf()
      }
      if (limit !== undefined) assertLimit(file.name, size, limit)
      output.write(bytes)
    }
    if (limit === undefined) await limitOf()
    return await output.finish()
  } finally {
    output.close()
  }
}

function* decodeZst(file: File, onProgress: OnProgress): Generator<Uint8Array, void, undefined> {
  const source = new BlobBytes(file)
  for (const frame of readFrames(source, file.name)) {
    let size = 0
    for (const bytes of decodeFramePortably(source, frame, file.name)) {
      yield bytes
      size += bytes.length
      // A frame says what it decodes to where the packer knew it.
      if (frame.size !== undefined) {
        const share = size / frame.size
        onProgress((frame.offset + share * (frame.end - frame.offset)) / source.size)
      }
    }
    if (size !== (frame.size ?? size)) throw wrongSize(file.name)
  }
}

/** By the browser's own decoder: it refuses what is damaged, truncated, or followed by something else. */
async function* decodeGz(file: File, onProgress: OnProgress): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* through(file, new DecompressionStream('gzip'), onProgress)
  } catch (error) {
    // What it says of the bytes (compression.spec.whatwg.org); a file that is lost is a DOMException.
    if (!(error instanceof TypeError)) throw error
    throw new TargetError(`${file.name}: damaged, or truncated: ${error.message}`)
  }
}
