import { rmSync } from 'node:fs'
import { editImage, imageTarget } from '../apply/edit-image.ts'
import { assertReadsBack } from '../apply/read-back.ts'
import { type Compression, compressionForName } from '../archive/compression.ts'
import { encodeFromFile } from '../archive/encode.ts'
import { sha256OfFile } from '../archive/hash-file.ts'
import { SplicedBytes } from '../archive/spliced-bytes.ts'
import { spliceXz } from '../archive/xz-splice.ts'
import { spliceZst } from '../archive/zst-splice.ts'
import { temporaryBeside } from '../emit/temporary.ts'
import type { Bytes } from '../image/bytes.ts'
import type { Extent } from '../image/edit.ts'
import type { Operation } from '../plan/operation.ts'
import type { Change } from '../plan/state.ts'
import type { Target } from '../tree/tree.ts'
import type { Baked, BakeOptions, Bakery, Working } from './bakery.ts'
import { type BaseImage, openBaseImage, openMadeImage } from './base-image.ts'
import { copyEdited } from './copy-edited.ts'
import { OutputHash } from './output-hash.ts'
import { syncFile } from './sync-file.ts'

/** What became of the base's and the output's digests. */
interface Digests {
  readonly base: string | undefined
  readonly out: string | undefined
  readonly decoded: string | undefined
}

/** A disk image on its way to another one, each raw or packed. */
export class ImageBakery implements Bakery {
  readonly target: Target
  readonly #path: string
  readonly #out: string
  readonly #kind: Compression
  readonly #base: BaseImage
  readonly #working: Working

  /** @throws TargetError when the base is damaged or no image, SpaceError, Interrupted */
  static async open(base: string, out: string, working: Working): Promise<ImageBakery> {
    const kind = compressionForName(out)
    return new ImageBakery(base, out, kind, await openBaseImage(base, out, kind, working), working)
  }

  /** For {@link ImageBakery.open}. */
  constructor(path: string, out: string, kind: Compression, base: BaseImage, working: Working) {
    this.#path = path
    this.#out = out
    this.#kind = kind
    this.#base = base
    this.#working = working
    try {
      this.target = imageTarget(base.bytes, path)
    } catch (error) {
      this.close()
      throw error
    }
  }

  async bake(changes: readonly Change[], { epoch, operations }: BakeOptions): Promise<Baked> {
    const { extents, partitions } = editImage(this.#base.bytes, this.#path, changes, { epoch })
    const file = temporaryBeside(this.#out)
    try {
      const { base, out, decoded } = await this.#make(file, extents, operations)
      syncFile(file)
      const image = { size: this.#base.bytes.size, sha256: decoded, extents, partitions }
      return { file, sha256: out, others: [], baseSha256: base, image }
    } catch (error) {
      rmSync(file, { force: true })
      throw error
    }
  }

  close(): void {
    this.#base.bytes.close()
    if (this.#base.kind === 'decoded') rmSync(this.#base.bytes.path, { force: true })
  }

  async #make(file: string, extents: readonly Extent[], operations: readonly Operation[]): Promise<Digests> {
    const base = this.#base
    if (base.kind === 'xz' || base.kind === 'zst') {
      const digests = await this.#splice(base, file, extents)
      readBack(file, base.kind, this.#path, operations, (made) => new SplicedBytes(made, base.bytes, extents))
      return digests
    }
    if (this.#kind === 'none') {
      const { base: baseSha256, edited } = await copyEdited(base, file, extents, this.#working)
      readBack(file, 'file', this.#path, operations)
      return { base: baseSha256, out: edited, decoded: edited }
    }
    return this.#pack(base, this.#kind, file, extents, operations)
  }

  /** What the edit does not touch of an archive is carried over as it is. */
  async #splice(
    base: Extract<BaseImage, { kind: 'xz' | 'zst' }>,
    file: string,
    extents: readonly Extent[],
  ): Promise<Digests> {
    const { signal, progress, isHashed } = this.#working
    const shown = progress('packing what has changed', undefined)
    const hash = new OutputHash(isHashed)
    const options = { signal, onProgress: (done: number) => shown.update(done), onOutput: hash.onOutput }
    const baseSha256 = isHashed ? sha256OfFile(this.#path, { signal }) : undefined
    // A failure of the splice is the one to tell.
    baseSha256?.catch(() => undefined)
    try {
      if (base.kind === 'xz') await spliceXz(base.bytes, extents, file, options)
      else await spliceZst(base.bytes, extents, file, options)
    } finally {
      shown.done()
    }
    return { base: await baseSha256, out: hash.digest(), decoded: undefined }
  }

  async #pack(
    base: Extract<BaseImage, { kind: 'file' | 'decoded' }>,
    kind: Exclude<Compression, 'none'>,
    file: string,
    extents: readonly Extent[],
    operations: readonly Operation[],
  ): Promise<Digests> {
    const { signal, progress, isHashed } = this.#working
    const raw = temporaryBeside(this.#out)
    try {
      const { base: baseSha256, edited } = await copyEdited(base, raw, extents, this.#working)
      readBack(raw, 'file', this.#path, operations)
      const shown = progress('packing', base.bytes.size)
      const hash = new OutputHash(isHashed)
      try {
        const options = { signal, onProgress: (done: number) => shown.update(done), onOutput: hash.onOutput }
        await encodeFromFile(raw, file, kind, options)
      } finally {
        shown.done()
      }
      return { base: baseSha256, out: hash.digest(), decoded: edited }
    } finally {
      rmSync(raw, { force: true })
    }
  }
}

/** @param seen how the image is read, where not all of it is to be read in the file */
function readBack(
  file: string,
  kind: BaseImage['kind'],
  label: string,
  operations: readonly Operation[],
  seen = (made: Bytes) => made,
): void {
  const made = openMadeImage(file, kind)
  try {
    assertReadsBack(imageTarget(seen(made), label), operations)
  } finally {
    made.close()
  }
}
