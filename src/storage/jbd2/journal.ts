import type { TargetError } from '../../base/errors.ts'

/** A journal: the blocks of the file or place that holds it, counted from its own start. */
export interface Journal {
  /** In bytes. */
  readonly blockSize: number
  readonly blockCount: number
  /** The block's bytes: to be read, never written to. */
  read(index: number): Uint8Array
  /** The error for what cannot be replayed. */
  refused(what: string): TargetError
}

/** All blocks of the journal but those with logged content begin with this; numbers are big-endian. */
export const MAGIC = 0xc03b3998
export const KIND = { DESCRIPTOR: 1, COMMIT: 2, SUPERBLOCK_1: 3, SUPERBLOCK_2: 4, REVOKE: 5 } as const
/** Magic number, kind, sequence number of the transaction. */
export const HEADER = 12

/** Whether transaction `a` came after `b`: their numbers begin again at 0 some day. */
export function isAfter(a: number, b: number): boolean {
  return ((a - b) | 0) > 0
}
