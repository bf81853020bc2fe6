import { fieldsOf } from '../../base/bytes/fields.ts'
import { tailSize } from './block-checksums.ts'
import { HEADER } from './journal.ts'
import type { JournalSuperblock } from './journal-superblock.ts'

/** What a tag says of the block of content that belongs to it. */
export interface Tag {
  /** The block of the file system that the content is for. */
  readonly target: number
  /** Whether the content began with the journal's magic number, which the journal keeps as zeros. */
  readonly isEscaped: boolean
  readonly checksum: number
}

/** A tag, and where in the journal its content lies. */
export interface LoggedBlock extends Tag {
  readonly index: number
}

const FLAG = { ESCAPED: 0x1, SAME_UUID: 0x2, LAST: 0x8 } as const
const UUID = 16

/** The tags of a descriptor block, in order. */
export function readTags(superblock: JournalSuperblock, block: Uint8Array): Tag[] {
  const tags: Tag[] = []
  const fields = fieldsOf(block)
  const size = tagSize(superblock)
  const end = block.length - tailSize(superblock)
  for (let at = HEADER; at + size <= end; at += size) {
    const { flags, high, checksum } = readTag(superblock, fields, at)
    const target = fields.getUint32(at) + high * 2 ** 32
    tags.push({ target, isEscaped: (flags & FLAG.ESCAPED) !== 0, checksum })
    if ((flags & FLAG.LAST) !== 0) break
    if ((flags & FLAG.SAME_UUID) === 0) at += UUID
  }
  return tags
}

/**
 *     version 3: block, flags, block's high half, checksum, of 4 bytes each
 *     others:    block (4), checksum (2), flags (2); with 64bit, block's high half (4); in version 2 two bytes more
 */
function tagSize({ checksums, isWide }: JournalSuperblock): number {
  if (checksums === 3) return 16
  return 8 + (isWide ? 4 : 0) + (checksums === 2 ? 2 : 0)
}

function readTag({ checksums, isWide }: JournalSuperblock, fields: DataView, at: number) {
  const high = isWide ? fields.getUint32(at + 8) : 0
  if (checksums === 3) return { flags: fields.getUint32(at + 4), high, checksum: fields.getUint32(at + 12) }
  return { flags: fields.getUint16(at + 6), high, checksum: fields.getUint16(at + 4) }
}

/**
 * The blocks that a revoke block names: what earlier transactions wrote to them is not to be replayed.
 *
 * @returns `undefined` when it says that it holds more than it can
 */
export function readRevoked(superblock: JournalSuperblock, block: Uint8Array): number[] | undefined {
  const fields = fieldsOf(block)
  const length = fields.getUint32(HEADER)
  if (length > block.length - tailSize(superblock)) return undefined
  const size = superblock.isWide ? 8 : 4
  const revoked: number[] = []
  for (let at = HEADER + 4; at + size <= length; at += size) {
    revoked.push(superblock.isWide ? Number(fields.getBigUint64(at)) : fields.getUint32(at))
  }
  return revoked
}
