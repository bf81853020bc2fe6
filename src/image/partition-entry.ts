import { TargetError } from '../tree/tree.ts'

/** Both tables count in sectors of this size; images for cards have no other. */
export const SECTOR = 512

/** A partition as a table has it, in bytes from the image's start. */
export interface Partition {
  /** What the table calls it: `1`, `2`, … */
  readonly number: number
  readonly offset: number
  readonly size: number
  /** It holds other partitions, which pibake does not look at. */
  readonly isExtended: boolean
}

/** The image's table cannot be followed. */
export function badTable(label: string, what: string, hint = 'download or build the image again'): TargetError {
  return new TargetError(`${label}: ${what}`, { hint })
}
