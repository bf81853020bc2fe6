import { rmSync } from 'node:fs'
import { type Compression, compressionOf } from '../archive/compression.ts'
import { decodeToFile } from '../archive/decode.ts'
import { XzImage } from '../archive/xz-image.ts'
import { ZstImage } from '../archive/zst-image.ts'
import { temporaryBeside } from '../emit/temporary.ts'
import type { Bytes } from '../image/bytes.ts'
import { imageLimit } from '../image/partitions.ts'
import { PlainFile } from '../image/plain-file.ts'
import { TargetError } from '../tree/tree.ts'
import type { Working } from './bakery.ts'

/** A base as it can be read: as it lies there, entered in the middle of an archive, or decoded to a file of our own. */
export type BaseImage =
  | { readonly kind: 'file'; readonly bytes: PlainFile }
  | { readonly kind: 'decoded'; readonly bytes: PlainFile; readonly sha256: string | undefined }
  | { readonly kind: 'xz'; readonly bytes: XzImage }
  | { readonly kind: 'zst'; readonly bytes: ZstImage }

/**
 * Opens the image `base`: an archive is entered where it lies if the output is to be of its kind, else it is decoded
 * beside the output.
 *
 * @throws TargetError when it is damaged or no image, SpaceError, Interrupted
 */
export async function openBaseImage(
  base: string,
  out: string,
  kind: Compression,
  working: Working,
): Promise<BaseImage> {
  const packed = kindOf(base)
  if (packed === 'none') return { kind: 'file', bytes: new PlainFile(base) }
  if (packed === kind) {
    const entered = entry(base, packed)
    if (entered !== undefined) return entered
  }
  return decoded(base, temporaryBeside(out), working)
}

/** The bytes of an image that is to be read back: packed in a way that can be entered, or raw. */
export function openMadeImage(file: string, kind: BaseImage['kind']): Bytes & { close(): void } {
  const made = kind === 'xz' ? XzImage.open(file) : kind === 'zst' ? ZstImage.open(file) : new PlainFile(file)
  if (made === undefined) throw new Error(`${file}: what was written cannot be entered`)
  return made
}

/** Whether the file is an archive, as its first bytes say. */
export function isPacked(file: string): boolean {
  return kindOf(file) !== 'none'
}

/**
 * The bytes of a packed image, where it lies.
 *
 * @throws TargetError when it can only be unpacked as a whole
 */
export function enteredImage(file: string): Bytes {
  const entered = entry(file, kindOf(file))
  if (entered !== undefined) return entered.bytes
  throw new TargetError(`${file}: this archive can only be unpacked as a whole`, { hint: 'unpack it first' })
}

function kindOf(base: string): Compression {
  const file = new PlainFile(base)
  try {
    return compressionOf(file.read(0, Math.min(6, file.size)))
  } finally {
    file.close()
  }
}

function entry(base: string, kind: Compression): BaseImage | undefined {
  const xz = kind === 'xz' ? XzImage.open(base) : undefined
  if (xz !== undefined) return { kind: 'xz', bytes: xz }
  const zst = kind === 'zst' ? ZstImage.open(base) : undefined
  return zst && { kind: 'zst', bytes: zst }
}

async function decoded(base: string, file: string, { signal, progress, isHashed }: Working): Promise<BaseImage> {
  const shown = progress('unpacking', undefined)
  try {
    const { sourceHash } = await decodeToFile(base, file, {
      limit: (first) => imageLimit(first, base),
      signal,
      isHashed,
      onProgress: (done) => shown.update(done),
    })
    try {
      return { kind: 'decoded', bytes: new PlainFile(file), sha256: sourceHash }
    } catch (error) {
      rmSync(file, { force: true })
      throw error
    }
  } finally {
    shown.done()
  }
}
