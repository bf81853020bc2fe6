import { fieldsOf } from '../../base/bytes/fields.ts'
import { isContentSound } from './block-checksums.ts'
import type { LoggedBlock } from './descriptor.ts'
import { isAfter, type Journal, MAGIC } from './journal.ts'
import { emptied, readJournalSuperblock } from './journal-superblock.ts'
import { committedTransactions } from './transactions.ts'

/** What the file system is to become by its journal. */
export interface Replay {
  readonly transactions: number
  /** By block of the file system: what it was given last. */
  readonly blocks: ReadonlyMap<number, LoggedBlock>
  /** The journal's first block, afterwards: empty. */
  readonly superblock: Uint8Array
}

/**
 * Reads a journal as a mount of Linux would replay it. What a later transaction revoked is left out, as its block holds
 * something else by then.
 *
 * @throws TargetError when it is damaged, or has features that are not known
 */
export function readReplay(journal: Journal): Replay {
  const superblock = readJournalSuperblock(journal)
  if (superblock.start === 0) {
    const next = (superblock.sequence + 1) >>> 0
    return { transactions: 0, blocks: new Map(), superblock: emptied(journal, superblock, next) }
  }
  const { transactions, revoked, end } = committedTransactions(journal, superblock)
  const blocks = new Map<number, LoggedBlock>()
  for (const { sequence, blocks: logged } of transactions) {
    for (const block of logged) {
      const revokedBy = revoked.get(block.target)
      if (revokedBy !== undefined && !isAfter(sequence, revokedBy)) continue
      if (!isContentSound(superblock, sequence, block.checksum, journal.read(block.index))) {
        throw journal.refused(`the checksum of block ${block.target} in its journal is wrong`)
      }
      blocks.set(block.target, block)
    }
  }
  const next = (end + 1) >>> 0
  return { transactions: transactions.length, blocks, superblock: emptied(journal, superblock, next) }
}

/** What a logged block holds, as it belongs into the file system. */
export function contentOf(journal: Journal, { index, isEscaped }: LoggedBlock): Uint8Array {
  const content = new Uint8Array(journal.read(index))
  if (isEscaped) fieldsOf(content).setUint32(0, MAGIC)
  return content
}
