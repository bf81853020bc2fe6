import { crc32c, crc32cWithout } from '../../base/bytes/crc32c.ts'
import { fieldsOf } from '../../base/bytes/fields.ts'
import { type Journal, KIND, MAGIC } from './journal.ts'

/** How a journal is summed up: a sum of each transaction (1), of each block in it (2, 3), or not at all (0). */
type ChecksumVersion = 0 | 1 | 2 | 3

export interface JournalSuperblock {
  /** The blocks that the log goes round in: from `first` on, before `end`. */
  readonly first: number
  readonly end: number
  /** Where the first transaction begins that is to be replayed; 0: there is none. */
  readonly start: number
  /** The number of that transaction. */
  readonly sequence: number
  readonly checksums: ChecksumVersion
  /** What the checksums of versions 2 and 3 go on from. */
  readonly seed: number
  /** Whether block numbers have 64 bits. */
  readonly isWide: boolean
  /** Whether a commit block may be on the disk before what it commits. */
  readonly isAsync: boolean
}

const AT = {
  kind: 0x4,
  blockSize: 0xc,
  length: 0x10,
  first: 0x14,
  sequence: 0x18,
  start: 0x1c,
  error: 0x20,
  compat: 0x24,
  incompat: 0x28,
  roCompat: 0x2c,
  uuid: 0x30,
  checksumType: 0x50,
  checksum: 0xfc,
} as const
const SIZE = 1024
const UUID = 16
const CRC32C = 4
const CHECKSUM = 0x1
const INCOMPAT = { REVOKE: 0x1, WIDE: 0x2, ASYNC_COMMIT: 0x4, CHECKSUM_2: 0x8, CHECKSUM_3: 0x10, FAST_COMMIT: 0x20 }
const KNOWN = INCOMPAT.REVOKE | INCOMPAT.WIDE | INCOMPAT.ASYNC_COMMIT | INCOMPAT.CHECKSUM_2 | INCOMPAT.CHECKSUM_3

/**
 * Reads the journal's first block (Linux Documentation/filesystems/ext4, "Journal (jbd2)").
 *
 * @throws TargetError when it is damaged, or has features whose transactions are not known
 */
export function readJournalSuperblock(journal: Journal): JournalSuperblock {
  const raw = journal.read(0).subarray(0, SIZE)
  const fields = fieldsOf(raw)
  const kind = fields.getUint32(AT.kind)
  if (fields.getUint32(0) !== MAGIC || (kind !== KIND.SUPERBLOCK_1 && kind !== KIND.SUPERBLOCK_2)) {
    throw journal.refused('its journal has no superblock')
  }
  // The first version ends before the features.
  const feature = (at: number) => (kind === KIND.SUPERBLOCK_2 ? fields.getUint32(at) : 0)
  const incompat = feature(AT.incompat)
  const checksums = checksumVersion(feature(AT.compat), incompat)
  if ((incompat & INCOMPAT.FAST_COMMIT) !== 0) throw journal.refused('its journal has fast commits (fast_commit)')
  if ((incompat & ~KNOWN) !== 0 || feature(AT.roCompat) !== 0 || checksums === undefined) {
    throw journal.refused('its journal has features that pibake does not know')
  }
  const isSummed = checksums === 2 || checksums === 3
  if (isSummed && (fields.getUint8(AT.checksumType) !== CRC32C || checksumOf(raw) !== fields.getUint32(AT.checksum))) {
    throw journal.refused("the checksum of its journal's superblock is wrong")
  }
  const [first, end, start] = [fields.getUint32(AT.first), fields.getUint32(AT.length), fields.getUint32(AT.start)]
  const isSane =
    fields.getUint32(AT.blockSize) === journal.blockSize &&
    first > 0 &&
    first < end &&
    end <= journal.blockCount &&
    (start === 0 || (start >= first && start < end))
  if (!isSane) throw journal.refused("its journal's superblock does not make sense")
  if (fields.getInt32(AT.error) !== 0) throw journal.refused('its journal notes an error')
  return {
    first,
    end,
    start,
    sequence: fields.getUint32(AT.sequence),
    checksums,
    seed: crc32c(0xffffffff, raw, AT.uuid, AT.uuid + UUID),
    isWide: (incompat & INCOMPAT.WIDE) !== 0,
    isAsync: (incompat & INCOMPAT.ASYNC_COMMIT) !== 0,
  }
}

/** The journal's first block when all of it is replayed, and `next` is the number of the next transaction. */
export function emptied(journal: Journal, { checksums }: JournalSuperblock, next: number): Uint8Array {
  const block = new Uint8Array(journal.read(0))
  const fields = fieldsOf(block)
  fields.setUint32(AT.start, 0)
  fields.setUint32(AT.sequence, next)
  if (checksums >= 2) fields.setUint32(AT.checksum, checksumOf(block.subarray(0, SIZE)))
  return block
}

function checksumVersion(compat: number, incompat: number): ChecksumVersion | undefined {
  const versions: readonly ChecksumVersion[] = [
    ...((compat & CHECKSUM) !== 0 ? [1 as const] : []),
    ...((incompat & INCOMPAT.CHECKSUM_2) !== 0 ? [2 as const] : []),
    ...((incompat & INCOMPAT.CHECKSUM_3) !== 0 ? [3 as const] : []),
  ]
  return versions.length > 1 ? undefined : (versions[0] ?? 0)
}

function checksumOf(raw: Uint8Array): number {
  return crc32cWithout(0xffffffff, raw, AT.checksum, 4)
}
