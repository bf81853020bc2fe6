import type { Journal } from './journal.ts'
import type { JournalSuperblock } from './journal-superblock.ts'

/** The log is a ring: reads it block by block, once round at most. */
export class Log {
  readonly #journal: Journal
  readonly #superblock: JournalSuperblock
  #at: number
  #left: number

  constructor(journal: Journal, superblock: JournalSuperblock) {
    this.#journal = journal
    this.#superblock = superblock
    this.#at = superblock.start
    this.#left = superblock.end - superblock.first
  }

  /** Whether all of the ring has been read. */
  get isAtEnd(): boolean {
    return this.#left === 0
  }

  /**
   * The number of the next block.
   *
   * @throws TargetError when the log goes on where it began: none does, and following it would have no end
   */
  skip(): number {
    if (this.isAtEnd) throw this.#journal.refused('its journal has no end')
    const index = this.#at
    this.#at = index + 1 === this.#superblock.end ? this.#superblock.first : index + 1
    this.#left -= 1
    return index
  }

  next(): Uint8Array {
    return this.#journal.read(this.skip())
  }
}
