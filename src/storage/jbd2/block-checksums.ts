import { crc32c, crc32cWithout } from '../../base/bytes/crc32c.ts'
import { fieldsOf } from '../../base/bytes/fields.ts'
import type { JournalSuperblock } from './journal-superblock.ts'

/** Where a commit block has its checksum. */
export const COMMIT_CHECKSUM = 0x10
/** At the end of a block of tags or of revoke records, where these are summed up. */
const TAIL = 4

/** How many bytes at the end of a block of tags or revoke records are none. */
export function tailSize({ checksums }: JournalSuperblock): number {
  return checksums >= 2 ? TAIL : 0
}

/** Whether a block of tags or of revoke records is as it was written. */
export function isListSound({ checksums, seed }: JournalSuperblock, block: Uint8Array): boolean {
  return checksums < 2 || isSummed(seed, block, block.length - TAIL)
}

/** Whether a commit block is. Of version 1, it holds the sum of other blocks. */
export function isCommitSound({ checksums, seed }: JournalSuperblock, block: Uint8Array): boolean {
  return checksums < 2 || isSummed(seed, block, COMMIT_CHECKSUM)
}

/** Whether logged content has its tag's checksum, as it lies in the journal. Version 2 has room for half of it. */
export function isContentSound(
  { checksums, seed }: JournalSuperblock,
  sequence: number,
  checksum: number,
  content: Uint8Array,
): boolean {
  if (checksums < 2) return true
  const number = new Uint8Array(4)
  fieldsOf(number).setUint32(0, sequence)
  const sum = crc32c(crc32c(seed, number), content)
  return checksum === (checksums === 3 ? sum : sum & 0xffff)
}

function isSummed(seed: number, block: Uint8Array, at: number): boolean {
  return crc32cWithout(seed, block, at, 4) === fieldsOf(block).getUint32(at)
}
