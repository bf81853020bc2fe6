import { rmSync } from 'node:fs'
import type { Bytes } from '../../base/bytes/bytes.ts'
import { PlainFile } from '../../base/disk/plain-file.ts'
import { syncFile } from '../../base/disk/sync-file.ts'
import { temporaryBeside } from '../../base/disk/temporary.ts'
import { together } from '../../base/process/together.ts'
import type { Operation } from '../../core/plan/operation.ts'
import type { Change } from '../../core/plan/state.ts'
import { type Compression, compressionForName } from '../../storage/archive/compression.ts'
import { encode } from '../../storage/archive/encode.ts'
import { SplicedBytes } from '../../storage/archive/spliced-bytes.ts'
import { EditedBytes } from '../../storage/image/edited-bytes.ts'
import type { Target } from '../../storage/tree/tree.ts'
import type { PartitionChoice } from '../apply/choose-partitions.ts'
import { imageTarget, OpenImage } from '../apply/open-image.ts'
import { assertReadsBack } from '../apply/read-back.ts'
import { blockRanges, usedPieces } from '../emit/bmap-ranges.ts'
import type { Baked, BakeJob, BakeOptions, JobContext } from './bake-job.ts'
import { type BaseImage, closeBaseImage, openBaseImage, openMadeImage } from './base-image.ts'
import { copyEdited, type Edit, type FileBase, hashEdited } from './copy-edited.ts'
import type { ImageDigests } from './image-hash.ts'
import { OutputHash } from './output-hash.ts'
import { splice } from './splice.ts'

/** What became of the base's and the output's digests. */
interface Digests {
  readonly base: string | undefined
  readonly out: string | undefined
  readonly decoded: ImageDigests | undefined
}

/** From which image to which, and which of its partitions are meant. */
interface ImageRoute {
  readonly base: string
  readonly out: string
  readonly choice: PartitionChoice
}

/** A disk image on its way to another one, each raw or packed. */
export class ImageBake implements BakeJob {
  readonly #image: OpenImage
  readonly #path: string
  readonly #out: string
  readonly #choice: PartitionChoice
  readonly #kind: Compression
  readonly #base: BaseImage
  readonly #working: JobContext

  /** @throws TargetError when the base is damaged or no image, SpaceError, Interrupted */
  static async open(route: ImageRoute, working: JobContext): Promise<ImageBake> {
    const kind = compressionForName(route.out)
    return new ImageBake(route, kind, await openBaseImage(route.base, route.out, kind, working), working)
  }

  /** For {@link ImageBake.open}. */
  constructor(route: ImageRoute, kind: Compression, base: BaseImage, working: JobContext) {
    this.#path = route.base
    this.#out = route.out
    this.#choice = route.choice
    this.#kind = kind
    this.#base = base
    this.#working = working
    try {
      this.#image = new OpenImage(base.bytes, route.base, route.choice)
    } catch (error) {
      this.close()
      throw error
    }
  }

  get target(): Target {
    return this.#image.target
  }

  async bake(changes: readonly Change[], { epoch, operations }: BakeOptions): Promise<Baked> {
    const { extents, partitions } = this.#image.edit(changes, { epoch })
    const { size } = this.#base.bytes
    const edit = { extents, ranges: blockRanges(size, usedPieces(size, partitions)) }
    const file = temporaryBeside(this.#out)
    try {
      const { base, out, decoded } = await this.#make(file, edit, operations)
      syncFile(file)
      const image = { size, sha256: decoded?.whole, extents, ranges: decoded?.ranges ?? edit.ranges }
      return { file, sha256: out, others: [], baseSha256: base, image, baseBytes: this.#baseBytes }
    } catch (error) {
      rmSync(file, { force: true })
      throw this.#working.space.explain(error)
    }
  }

  close(): void {
    closeBaseImage(this.#base)
  }

  get #baseBytes(): Baked['baseBytes'] {
    const { kind } = this.#base
    if (kind === 'file') return undefined
    return kind !== 'decoded' && this.#working.trustBase ? 'trusted' : 'checked'
  }

  async #make(file: string, edit: Edit, operations: readonly Operation[]): Promise<Digests> {
    const base = this.#base
    if (base.kind === 'xz' || base.kind === 'zst') {
      const digests = await splice(base, file, edit, this.#working)
      this.#readBackPacked(file, base.kind, edit, operations)
      return digests
    }
    if (this.#kind === 'none') {
      const { base: baseSha256, edited } = await copyEdited(base, file, edit, this.#working)
      using(new PlainFile(file), (made) => this.#readBack(made, operations))
      return { base: baseSha256, out: edited?.whole, decoded: edited }
    }
    // A .gz cannot be entered: what goes into it is looked at.
    if (this.#kind === 'gz') this.#readBack(new EditedBytes(base.bytes, edit.extents), operations)
    const digests = await this.#pack(base, this.#kind, file, edit)
    if (this.#kind !== 'gz') this.#readBackPacked(file, this.#kind, edit, operations)
    return digests
  }

  /** The image is packed as it will be: no file ever has it raw. */
  async #pack(base: FileBase, kind: Exclude<Compression, 'none'>, file: string, edit: Edit): Promise<Digests> {
    const { isHashed, progress } = this.#working
    const image = new EditedBytes(base.bytes, edit.extents)
    const hash = new OutputHash(isHashed)
    const shown = progress('packing', image.size)
    const onProgress = (done: number) => shown.update(done)
    try {
      const [{ base: baseSha256, edited }] = await together(this.#working.signal, [
        (signal) => hashEdited(base, edit, { ...this.#working, signal }),
        (signal) => encode(image, file, kind, { signal, onProgress, onOutput: hash.onOutput }),
      ])
      base.bytes.assertUnchanged()
      return { base: baseSha256, out: hash.digest(), decoded: edited }
    } finally {
      shown.done()
    }
  }

  /** What the edit does not touch is read in the base, where much of it is decoded already. */
  #readBackPacked(file: string, kind: 'xz' | 'zst', { extents }: Edit, operations: readonly Operation[]): void {
    using(openMadeImage(file, kind), (made) =>
      this.#readBack(new SplicedBytes(made, this.#base.bytes, extents), operations),
    )
  }

  #readBack(made: Bytes, operations: readonly Operation[]): void {
    assertReadsBack(imageTarget(made, this.#path, this.#choice), operations)
  }
}

function using<T extends { close(): void }>(file: T, use: (file: T) => void): void {
  try {
    use(file)
  } finally {
    file.close()
  }
}
