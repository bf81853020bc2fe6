import type { Meta } from '../../storage/tree/directory-writer.ts'
import type { Partition } from '../../storage/tree/tree.ts'

/** One renaming of the transaction, with what undoing it needs. Paths are real. */
export interface Step {
  readonly partition: Partition
  readonly path: string
  /** `put` what is staged; `take` away what is there; `meta`: owner and mode of a directory that stays. */
  readonly action: 'put' | 'take' | 'meta'
  /** `put`: whether something is there already. */
  readonly replaces: boolean
  /** `meta` only. */
  readonly from?: Meta
  readonly to?: Meta
}

/** Everything that finishing or undoing the steps needs. */
export interface Journal {
  readonly schema: 1
  /** Seconds since 1970: the time that everything changed gets. */
  readonly epoch: number
  readonly steps: readonly Step[]
  /** The times of the directories that are worked in, as they were. */
  readonly times: readonly DirectoryTime[]
}

/** When a directory's names were last changed, in seconds since 1970. */
export interface DirectoryTime {
  readonly partition: Partition
  readonly path: string
  readonly mtime: number
}
