import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bytes } from '../../base/bytes/bytes.ts'
import { removeAbandoned } from '../../base/disk/temporary.ts'
import { TargetError } from '../../base/errors.ts'
import type { Operation } from '../../core/plan/operation.ts'
import type { Change } from '../../core/plan/state.ts'
import { readDelta } from '../../storage/delta/delta-file.ts'
import { EditedBytes } from '../../storage/image/edited-bytes.ts'
import type { Target } from '../../storage/tree/tree.ts'
import type { PartitionChoice } from '../apply/choose-partitions.ts'
import { imageTarget, OpenImage } from '../apply/open-image.ts'
import { assertReadsBack } from '../apply/read-back.ts'
import type { JobContext } from '../bake/bake-job.ts'
import { type BaseImage, closeBaseImage, openBaseImage } from '../bake/base-image.ts'
import { OutputSpace } from '../bake/output-space.ts'
import { assertFits } from '../delta/fitting-base.ts'
import { type CardImage, cardImage } from './card-image.ts'

type Work = Pick<JobContext, 'signal' | 'progress'>

/** An image on its way to cards: as it is, or with a plan applied. */
export class FlashJob {
  readonly #path: string
  readonly #choice: PartitionChoice
  readonly #base: BaseImage

  /**
   * Opens an image. An archive that can be entered anywhere stays where it lies; any other is decoded to TMPDIR.
   *
   * @throws TargetError when it is damaged or no image, SpaceError, Interrupted
   */
  static async open(path: string, choice: PartitionChoice, work: Work): Promise<FlashJob> {
    const out = join(tmpdir(), 'pibake.img')
    removeAbandoned(tmpdir())
    const space = new OutputSpace(out)
    try {
      const working = { ...work, isHashed: false, trustBase: false, space }
      return new FlashJob(path, choice, await openBaseImage(path, out, 'any', working))
    } catch (error) {
      throw space.explain(error)
    }
  }

  /** For {@link FlashJob.open}. */
  constructor(path: string, choice: PartitionChoice, base: BaseImage) {
    this.#path = path
    this.#choice = choice
    this.#base = base
  }

  /** Of the image, in bytes. */
  get size(): number {
    return this.#base.bytes.size
  }

  /** @throws TargetError when it has no partitions that pibake knows how to edit */
  planned(): PlannedFlash {
    const image = new OpenImage(this.#base.bytes, this.#path, this.#choice)
    return {
      target: image.target,
      edit: (changes, { epoch, operations }) => {
        const edit = image.edit(changes, { epoch })
        const made = new EditedBytes(this.#base.bytes, edit.extents)
        assertReadsBack(imageTarget(made, this.#path, this.#choice), operations)
        return cardImage(this.#base, edit)
      },
    }
  }

  /** The image as it is. Where its file systems cannot be read, or were not unmounted, all of it goes to the card. */
  asItIs(): CardImage {
    return cardImage(this.#base, { extents: [], partitions: this.#usedPartitions(this.#base.bytes) })
  }

  /**
   * The image with a delta laid over it, as {@link FlashJob.asItIs}. All of it is read first.
   *
   * @throws TargetError when the image is not the base of the delta, or one is damaged; Interrupted
   */
  async withDelta(path: string, work: Work): Promise<CardImage> {
    const delta = readDelta(path)
    await assertFits(delta, this.#base, { delta: path, base: this.#path }, work)
    const { extents } = delta
    return cardImage(this.#base, {
      extents,
      partitions: this.#usedPartitions(new EditedBytes(this.#base.bytes, extents)),
    })
  }

  close(): void {
    closeBaseImage(this.#base)
  }

  #usedPartitions(bytes: Bytes): ReturnType<OpenImage['used']> {
    try {
      const image = new OpenImage(bytes, this.#path, this.#choice)
      return image.target.recovered?.length === 0 ? image.used() : []
    } catch (error) {
      if (error instanceof TargetError) return []
      throw error
    }
  }
}

/** An image that is to be edited on its way. */
export interface PlannedFlash {
  readonly target: Target
  /**
   * What goes to the cards; to be called once.
   *
   * @throws TargetError, SpaceError when the changes cannot be made, ReadBackError
   */
  edit(
    changes: readonly Change[],
    options: { readonly epoch: number; readonly operations: readonly Operation[] },
  ): CardImage
}
