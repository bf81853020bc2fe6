import type { BlockRange } from './block-range.ts'

/** Blocks of a file that follow each other, in the file and on the disk. */
export interface Run extends BlockRange {
  /** The number of the first one in the file. */
  readonly logical: number
  /** Whether there is content in them; else they count as zeros. */
  readonly isWritten: boolean
}
