import { statfsSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { isOutOfSpace } from '../../base/disk/file-errors.ts'
import { SpaceError } from '../../base/errors.ts'
import { sizeText } from '../../core/carried/bundle.ts'

const HINT = 'make room there, or give an output in another folder (with -o - that is TMPDIR)'

/** Room for an output in its folder: what is free before the work, and what the work is known to want. */
export class OutputSpace {
  readonly #out: string
  readonly #free: number
  #wanted = 0

  /** To be made when nothing is written yet. */
  constructor(out: string) {
    this.#out = out
    const { bavail, bsize } = statfsSync(dirname(out))
    this.#free = bavail * bsize
  }

  /** Adds bytes that are to be written to the folder, as far as they are known. */
  wants(bytes: number): void {
    this.#wanted += bytes
  }

  /**
   * Says of a disk that is full how much is wanted and free, in place of the file that was written at that moment.
   *
   * @returns any other error as it is
   */
  explain(error: unknown): unknown {
    const isFull = isOutOfSpace(error) || (error instanceof SpaceError && isOutOfSpace(error.cause))
    if (!isFull) return error
    const free = sizeText(this.#free)
    const wants =
      this.#wanted > this.#free
        ? `about ${sizeText(this.#wanted)} are wanted, and ${free} were free`
        : `more is wanted than the ${free} that were free`
    const message = `${dirname(this.#out)}: no space left for ${basename(this.#out)}: ${wants}`
    return new SpaceError(message, { hint: HINT, cause: error })
  }
}
