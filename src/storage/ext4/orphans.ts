import { RO_COMPAT } from './features.ts'
import { get32, put32 } from './fields.ts'
import type { Inode } from './inode.ts'
import type { Ext4Internals } from './nodes.ts'
import { OrphanFile } from './orphan-file.ts'
import { SUPERBLOCK_FIELDS } from './superblock.ts'
import type { Volume } from './volume.ts'

/** How many files were deleted while they were open, and how many were being shortened. */
export interface Orphans {
  readonly deleted: number
  readonly shortened: number
}

/**
 * Frees the inodes that lost their last name while they were open, and those that were being shortened, as the next mount
 * would (Linux Documentation/filesystems/ext4, "Orphan file").
 *
 * @throws TargetError when the lists of them are damaged
 */
export function releaseOrphans(parts: Ext4Internals): Orphans {
  const { volume } = parts
  const { rawSuperblock, superblock } = volume
  const first = get32(rawSuperblock, SUPERBLOCK_FIELDS.firstOrphan)
  const features = get32(rawSuperblock, SUPERBLOCK_FIELDS.roCompat)
  const isFiled = superblock.orphanFile !== 0 && (features & RO_COMPAT.ORPHAN_PRESENT) !== 0
  const file = isFiled ? new OrphanFile(parts, superblock.orphanFile) : undefined
  const orphans = distinct(volume, [...listed(parts, first), ...(file?.numbers() ?? [])], parts)
  if (first !== 0 || (features & RO_COMPAT.ORPHAN_PRESENT) !== 0) volume.willChange()
  for (const inode of orphans) release(parts, inode)
  file?.clear()
  put32(rawSuperblock, SUPERBLOCK_FIELDS.firstOrphan, 0)
  put32(rawSuperblock, SUPERBLOCK_FIELDS.roCompat, features & ~RO_COMPAT.ORPHAN_PRESENT)
  const deleted = orphans.filter(({ links }) => links === 0).length
  return { deleted, shortened: orphans.length - deleted }
}

/** Each one says which is the next. */
function listed({ volume, inodes }: Ext4Internals, first: number): number[] {
  const numbers = new Set<number>()
  for (let number = first; number !== 0; number = inodes.orphan(number).deleted) {
    if (numbers.has(number)) throw volume.damaged('the list of files to be deleted runs in a circle')
    numbers.add(number)
  }
  return [...numbers]
}

function distinct(volume: Volume, numbers: readonly number[], { inodes }: Ext4Internals): Inode[] {
  if (new Set(numbers).size < numbers.length) throw volume.damaged('a file is to be deleted twice')
  return numbers.map((number) => inodes.orphan(number))
}

function release({ volume, allocator, contents, inodes, xattrs }: Ext4Internals, inode: Inode): void {
  // A deleted inode keeps its size and blocks, as evidence; its attributes may be shared, and are not its own any more.
  if (inode.links > 0) {
    contents.cut(inode)
    inode.deleted = 0
  } else {
    contents.releaseDeleted(inode)
    xattrs.releaseBlock(inode)
    inode.xattrBlock = 0
    allocator.releaseNumber(inode.number, { isDirectory: inode.isDirectory })
    // The last time that the device's clock is known to have shown; 0 would be a list's end.
    inode.deleted = Math.max(get32(volume.rawSuperblock, SUPERBLOCK_FIELDS.writtenLow), 1)
  }
  inodes.store(inode)
}
