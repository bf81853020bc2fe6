import type { Extent } from '../image/edit.ts'
import { assertNotInUse } from '../image/in-use.ts'
import { lockImage } from '../image/lock.ts'
import { PlainFile } from '../image/plain-file.ts'
import { finishRedo, isUnfinished, writeInPlace } from '../image/redo.ts'
import type { Change } from '../plan/state.ts'
import { type Disk, realDisk } from '../tree/disk.ts'
import type { FileSystemTree } from '../tree/file-system.ts'
import type { Target } from '../tree/tree.ts'
import type { CommitOptions, Receipt } from './commit.ts'
import { editImage, imageTarget } from './edit-image.ts'
import { Interrupted } from './errors.ts'
import type { Recovery } from './recover.ts'
import type { Workable } from './workable.ts'

const RECOVERIES: Readonly<Record<ReturnType<typeof finishRedo>, Recovery>> = {
  none: 'nothing to do',
  finished: 'completed',
  dropped: 'taken back',
}

/** A raw image file, changed in place: no root, no mount, and either all changes or none. */
export class Imaged implements Workable {
  readonly needsRoot = false
  readonly #path: string
  readonly #disk: Disk
  #opened: { readonly file: PlainFile; readonly target: Target<FileSystemTree> } | undefined

  /** @param disk for tests: system calls that fail */
  constructor(path: string, disk: Disk = realDisk) {
    this.#path = path
    this.#disk = disk
  }

  /** @throws TargetError when the image is no image of Raspberry Pi OS that pibake knows how to edit */
  get root(): FileSystemTree {
    return this.#open().root
  }

  get boot(): FileSystemTree | undefined {
    return this.#open().boot
  }

  isUnfinished(): boolean {
    return isUnfinished(this.#path, this.#disk)
  }

  recover(): Recovery {
    return this.#locked(() => RECOVERIES[finishRedo(this.#path, this.#disk)])
  }

  async commit(changes: readonly Change[], { epoch, signal }: CommitOptions): Promise<Receipt> {
    const receipt = this.#locked(() => {
      const file = new PlainFile(this.#path, { disk: this.#disk })
      try {
        return this.#write(file, editImage(file, this.#path, changes, { epoch }).extents, signal)
      } finally {
        file.close()
      }
    })
    this.#close()
    return receipt
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
        this.#opened = { file, target: imageTarget(file, this.#path) }
      } catch (error) {
        file.close()
        throw error
      }
    }
    return this.#opened.target
  }

  #close(): void {
    this.#opened?.file.close()
    this.#opened = undefined
  }
}
