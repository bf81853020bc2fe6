import { TargetError } from '../../base/errors.ts'

/** Both tables count in sectors of this size; images for cards have no other. */
export const SECTOR = 512

/** A partition as a table has it, in bytes from the image's start. */
export interface Partition {
  /** What the table calls it, and Linux too: `1`, `2`, …; logical partitions from 5 on. */
  readonly number: number
  readonly offset: number
  readonly size: number
  /** It holds other partitions, the logical ones. */
  readonly isExtended: boolean
  /** As in `root=PARTUUID=`, in lower case. */
  readonly partuuid: string
  /** Its name in a GPT; an MBR has none. */
  readonly name?: string
}

/** The image's table cannot be followed. */
export function badTable(label: string, what: string, hint = 'download or build the image again'): TargetError {
  return new TargetError(`${label}: ${what}`, { hint })
}
