import { rmSync } from 'node:fs'
import type { Bytes } from '../../base/bytes/bytes.ts'
import { PlainFile } from '../../base/disk/plain-file.ts'
import { temporaryBeside } from '../../base/disk/temporary.ts'
import { shellWord } from '../../base/encode/shell-word.ts'
import { TargetError } from '../../base/errors.ts'
import { type Compression, compressionOf, type Packing } from '../../storage/archive/compression.ts'
import { decodeToFile } from '../../storage/archive/decode.ts'
import { assertNotForeign, FOREIGN_HEAD } from '../../storage/archive/foreign.ts'
import { XzImage } from '../../storage/archive/xz-image.ts'
import { ZstImage } from '../../storage/archive/zst-image.ts'
import { imageEnd, imageLimit } from '../../storage/image/partitions.ts'
import type { JobContext } from './bake-job.ts'

/** A base as it can be read: as it lies there, entered in the middle of an archive, or decoded to a file of our own. */
export type BaseImage =
  | { readonly kind: 'file'; readonly bytes: PlainFile }
  | { readonly kind: 'decoded'; readonly bytes: PlainFile; readonly sha256: string | undefined }
  | { readonly kind: 'xz'; readonly bytes: XzImage }
  | { readonly kind: 'zst'; readonly bytes: ZstImage }

/**
 * Opens the image `base`: an archive is entered where it lies if the output is to be of its kind, or of any, else it is
 * decoded beside the output.
 *
 * @throws TargetError when it is damaged or no image, SpaceError, Interrupted
 */
export async function openBaseImage(
  base: string,
  out: string,
  kind: Compression | 'any',
  working: JobContext,
): Promise<BaseImage> {
  const packed = kindOf(base)
  if (packed === 'none') return { kind: 'file', bytes: new PlainFile(base) }
  if (kind === 'any' || packed === kind) {
    const entered = entry(base, packed)
    if (entered !== undefined) return entered
  }
  return decoded(base, temporaryBeside(out), working)
}

/** Closes it, and removes what was decoded to a file of our own. */
export function closeBaseImage(base: BaseImage): void {
  base.bytes.close()
  if (base.kind === 'decoded') rmSync(base.bytes.path, { force: true })
}

/** A packed image that is to be read back, where it lies. */
export function openMadeImage(file: string, kind: 'xz' | 'zst'): XzImage | ZstImage {
  const made = kind === 'xz' ? XzImage.open(file) : ZstImage.open(file)
  if (made === undefined) throw new Error(`${file}: cannot reopen the output`)
  return made
}

/** @throws TargetError when the file is something that pibake does not read, saying what */
export function assertReadable(file: string): void {
  kindOf(file)
}

/**
 * Whether the file is an archive, as its first bytes say.
 *
 * @throws TargetError when it is something that pibake does not read
 */
export function isPacked(file: string): boolean {
  return kindOf(file) !== 'none'
}

/**
 * The bytes of a packed image, where it lies.
 *
 * @throws TargetError when it can only be unpacked as a whole
 */
export function enteredImage(file: string): Bytes {
  const kind = kindOf(file)
  if (kind === 'none') throw new Error(`${file} is not packed`)
  const entered = entry(file, kind)
  if (entered !== undefined) return entered.bytes
  throw new TargetError(`${file}: this archive can only be unpacked as a whole`, {
    hint: `unpack it first: ${UNPACK[kind]} ${shellWord(file)}`,
  })
}

/** Programs that leave the archive where it is. */
const UNPACK = { xz: 'unxz --keep', zst: 'unzstd --keep', gz: 'gunzip --keep', zip: 'unzip' } as const

/** @throws TargetError when it is something that pibake does not read */
function kindOf(base: string): Packing {
  const file = new PlainFile(base)
  try {
    const head = file.read(0, Math.min(FOREIGN_HEAD, file.size))
    const kind = compressionOf(head)
    if (kind === 'none') assertNotForeign(head, base)
    return kind
  } finally {
    file.close()
  }
}

function entry(base: string, kind: Packing): BaseImage | undefined {
  const xz = kind === 'xz' ? XzImage.open(base) : undefined
  if (xz !== undefined) return { kind: 'xz', bytes: xz }
  const zst = kind === 'zst' ? ZstImage.open(base) : undefined
  return zst && { kind: 'zst', bytes: zst }
}

async function decoded(
  base: string,
  file: string,
  { signal, progress, isHashed, space }: JobContext,
): Promise<BaseImage> {
  const shown = progress('unpacking', undefined)
  try {
    const { sourceHash } = await decodeToFile(base, file, {
      limit: (first) => {
        space.wants(imageEnd(first, base))
        return imageLimit(first, base)
      },
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
