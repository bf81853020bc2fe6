import { fieldsOf } from '../../base/bytes/fields.ts'
import { COMMIT_CHECKSUM, isCommitSound, isListSound } from './block-checksums.ts'
import { crc32be } from './crc32-be.ts'
import { type LoggedBlock, readRevoked, readTags } from './descriptor.ts'
import { isAfter, type Journal, KIND, MAGIC } from './journal.ts'
import type { JournalSuperblock } from './journal-superblock.ts'
import { Log } from './log.ts'

interface Transaction {
  readonly sequence: number
  readonly blocks: LoggedBlock[]
}

/** What a journal has to be replayed. */
export interface Committed {
  readonly transactions: readonly Transaction[]
  /** By block: the last transaction that revoked it. */
  readonly revoked: ReadonlyMap<number, number>
  /** The number of the transaction that was not committed any more. */
  readonly end: number
}

const COMMIT_TIME = 0x30
const CRC32 = 1
const CRC32_SIZE = 4
/** Far more metadata than a card has freed between two checkpoints: they are all in memory. */
const MOST_REVOKED = 2 ** 20

/** One transaction as far as it has been read. */
interface Open extends Transaction {
  readonly revoked: number[]
  /** Whether a block of tags or revoke records fails its checksum: it may be left from an earlier use of the journal. */
  isDoubtful: boolean
  /** Of version 1: descriptors and content so far. */
  sum: number
}

/**
 * Reads the log up to its end: a block that is not of the next transaction, or a transaction without its commit block.
 * What is left over from an earlier round has an older number, or an older time, and ends it too (fs/jbd2/recovery.c
 * says when).
 *
 * @throws TargetError when a committed transaction fails its checksum: Linux does not mount it then
 */
export function committedTransactions(journal: Journal, superblock: JournalSuperblock): Committed {
  const transactions: Transaction[] = []
  const revoked = new Map<number, number>()
  const log = new Log(journal, superblock)
  let lastTime = 0n
  let torn: number | undefined
  let open = begin(superblock.sequence)
  while (!log.isAtEnd) {
    const block = log.next()
    const fields = fieldsOf(block)
    if (fields.getUint32(0) !== MAGIC || fields.getUint32(8) !== open.sequence) break
    const kind = fields.getUint32(4)
    if (kind === KIND.DESCRIPTOR) readDescriptor(journal, superblock, log, open, block)
    else if (kind === KIND.REVOKE) readRevoke(journal, superblock, open, block)
    else if (kind === KIND.COMMIT) {
      const time = fields.getBigUint64(COMMIT_TIME)
      const isSound = !open.isDoubtful && isCommitted(superblock, open, block)
      if (!isSound && time < lastTime) break
      if (torn !== undefined) throw damaged(journal, torn)
      if (!isSound && (open.isDoubtful || !superblock.isAsync)) throw damaged(journal, open.sequence)
      // With asynchronous commits the last one may lack what it commits; of any other that is damage.
      if (isSound) {
        transactions.push(open)
        for (const target of open.revoked) noteRevoked(revoked, target, open.sequence)
        if (revoked.size > MOST_REVOKED) throw journal.refused('its journal revokes more blocks than fit into memory')
      } else torn = open.sequence
      lastTime = time
      open = begin((open.sequence + 1) >>> 0)
    } else break
  }
  return { transactions, revoked, end: torn ?? open.sequence }
}

function begin(sequence: number): Open {
  return { sequence, blocks: [], revoked: [], isDoubtful: false, sum: 0xffffffff }
}

function readDescriptor(
  journal: Journal,
  superblock: JournalSuperblock,
  log: Log,
  open: Open,
  block: Uint8Array,
): void {
  if (!isListSound(superblock, block)) open.isDoubtful = true
  if (superblock.checksums === 1) open.sum = crc32be(open.sum, block)
  for (const tag of readTags(superblock, block)) {
    const index = log.skip()
    open.blocks.push({ ...tag, index })
    if (superblock.checksums === 1) open.sum = crc32be(open.sum, journal.read(index))
  }
}

function readRevoke(journal: Journal, superblock: JournalSuperblock, open: Open, block: Uint8Array): void {
  if (!isListSound(superblock, block)) open.isDoubtful = true
  const revoked = readRevoked(superblock, block)
  if (revoked === undefined) open.isDoubtful = true
  else if (open.revoked.length + revoked.length > MOST_REVOKED) {
    throw journal.refused('its journal revokes more blocks than fit into memory')
  } else open.revoked.push(...revoked)
}

function isCommitted(superblock: JournalSuperblock, open: Open, block: Uint8Array): boolean {
  if (superblock.checksums !== 1) return isCommitSound(superblock, block)
  const fields = fieldsOf(block)
  const [type, size, sum] = [fields.getUint8(0xc), fields.getUint8(0xd), fields.getUint32(COMMIT_CHECKSUM)]
  const isSummed = type === CRC32 && size === CRC32_SIZE && sum === open.sum
  return isSummed || (type === 0 && size === 0 && sum === 0)
}

function noteRevoked(revoked: Map<number, number>, target: number, sequence: number): void {
  const known = revoked.get(target)
  if (known === undefined || isAfter(sequence, known)) revoked.set(target, sequence)
}

function damaged(journal: Journal, sequence: number) {
  return journal.refused(`transaction ${sequence} of its journal is damaged`)
}
