import { type Disk, realDisk } from '../../base/disk/disk.ts'
import { PlainFile } from '../../base/disk/plain-file.ts'
import { Interrupted } from '../../base/errors.ts'
import type { Change } from '../../core/plan/state.ts'
import type { Extent } from '../../storage/image/edit.ts'
import { assertNotInUse } from '../../storage/image/in-use.ts'
import { lockImage } from '../../storage/image/lock.ts'
import { finishRedo, isUnfinished, writeInPlace } from '../../storage/image/redo.ts'
import type { FileSystemTree } from '../../storage/image/tree.ts'
import type { Target } from '../../storage/tree/tree.ts'
import type { PartitionChoice } from './choose-partitions.ts'
import type { CommitOptions, Receipt } from './commit.ts'
import { OpenImage } from './open-image.ts'
import type { Recovery } from './recover.ts'
import type { TransactionalTarget } from './transactional-target.ts'

const RECOVERIES: Readonly<Record<ReturnType<typeof finishRedo>, Recovery>> = {
  none: 'nothing to do',
  finished: 'completed',
  dropped: 'taken back',
}

interface Opened {
  readonly file: PlainFile
  readonly image: OpenImage
}

/** A raw image file, changed in place: no root, no mount, and either all changes or none. */
export class ImageTarget implements TransactionalTarget {
  readonly needsRoot = false
  readonly #path: string
  readonly #choice: PartitionChoice
  readonly #disk: Disk
  #opened: Opened | undefined

  /**
   * @param choice which partitions are meant, where the image holds several systems
   * @param disk for tests: system calls that fail
   */
  constructor(path: string, choice: PartitionChoice = {}, disk: Disk = realDisk) {
    this.#path = path
    this.#choice = choice
    this.#disk = disk
  }

  /** @throws TargetError when the image is not an image of Raspberry Pi OS that pibake knows how to edit */
  get root(): FileSystemTree {
    return this.#open().root
  }

  get boot(): FileSystemTree | undefined {
    return this.#open().boot
  }

  get recovered(): readonly string[] {
    return this.#open().recovered ?? []
  }

  isUnfinished(): boolean {
    return isUnfinished(this.#path, this.#disk)
  }

  recover(): Recovery {
    this.#close()
    return this.#locked(() => RECOVERIES[finishRedo(this.#path, this.#disk)])
  }

  async commit(changes: readonly Change[], { epoch, signal }: CommitOptions): Promise<Receipt> {
    try {
      return this.#locked(() => {
        const file = new PlainFile(this.#path, { disk: this.#disk })
        try {
          return this.#write(file, this.#imageOf(file).edit(changes, { epoch }).extents, signal)
        } finally {
          file.close()
        }
      })
    } finally {
      this.#close()
    }
  }

  /** What was read for the plan, unless it may be out of date: nobody was kept out before the lock was ours. */
  #imageOf(file: PlainFile): OpenImage {
    if (this.#opened !== undefined && file.isUnchangedSince(this.#opened.file)) return this.#opened.image
    return new OpenImage(file, this.#path, this.#choice)
  }

  #write(file: PlainFile, extents: readonly Extent[], signal: AbortSignal | undefined): Receipt {
    file.assertUnchanged()
    if (signal?.aborted === true) throw new Interrupted()
    return extents.length === 0 ? { warnings: [] } : writeInPlace(this.#path, extents, this.#disk)
  }

  #locked<T>(work: () => T): T {
    const unlock = lockImage(this.#path, this.#disk)
    try {
      assertNotInUse(this.#path, this.#disk)
      return work()
    } finally {
      unlock()
    }
  }

  #open(): Target<FileSystemTree> {
    if (this.#opened === undefined) {
      const file = new PlainFile(this.#path, { disk: this.#disk })
      try {
        this.#opened = { file, image: new OpenImage(file, this.#path, this.#choice) }
      } catch (error) {
        file.close()
        throw error
      }
    }
    return this.#opened.image.target
  }

  #close(): void {
    this.#opened?.file.close()
    this.#opened = undefined
  }
}
