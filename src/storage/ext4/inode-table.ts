import { crc32c, crc32cOfWord } from '../../base/bytes/crc32c.ts'
import { get16, put16 } from './fields.ts'
import type { Groups } from './group-descriptors.ts'
import { Inode, OLD_INODE_SIZE } from './inode.ts'
import { type InodeAllocator, placeOf } from './inode-allocator.ts'
import { ROOT_INODE } from './superblock.ts'
import type { Volume } from './volume.ts'

const CHECKSUM_LOW = 0x7c
const CHECKSUM_HIGH = 0x82

/** What the checksums of an inode and of its blocks (extents, directory) go on from. */
export function inodeSeed(volume: Volume, inode: Inode): number {
  return crc32cOfWord(crc32cOfWord(volume.superblock.checksumSeed, inode.number), inode.generation)
}

/** Whether an inode has the checksum that it should. */
export function isInodeSound(volume: Volume, inode: Inode): boolean {
  if (!volume.superblock.hasChecksums) return true
  const sum = checksumOf(volume, inode)
  return (
    get16(inode.bytes, CHECKSUM_LOW) === (sum & 0xffff) &&
    (!hasHighChecksum(inode) || get16(inode.bytes, CHECKSUM_HIGH) === sum >>> 16)
  )
}

/** Its own two fields count as zeros. */
function checksumOf(volume: Volume, inode: Inode): number {
  const bytes = inode.bytes.slice()
  put16(bytes, CHECKSUM_LOW, 0)
  if (hasHighChecksum(inode)) put16(bytes, CHECKSUM_HIGH, 0)
  return crc32c(inodeSeed(volume, inode), bytes)
}

/** Reads and writes inodes. There is one {@link Inode} of each, so that everybody sees what anybody changed. */
export class InodeTable {
  readonly #volume: Volume
  readonly #groups: Groups
  readonly #allocator: InodeAllocator
  readonly #known = new Map<number, Inode>()

  constructor(volume: Volume, groups: Groups, allocator: InodeAllocator) {
    this.#volume = volume
    this.#groups = groups
    this.#allocator = allocator
  }

  /** @throws TargetError when no directory may name that inode, or it is damaged */
  get(number: number): Inode {
    const known = this.#known.get(number)
    if (known !== undefined) return known
    this.#assertNameable(number)
    const inode = new Inode(number, this.#read(number))
    this.#assertSound(inode)
    this.#known.set(number, inode)
    return inode
  }

  /**
   * One that is to be deleted or shortened, whether it has a name or not.
   *
   * @throws TargetError when there is no such inode, or it is damaged
   */
  orphan(number: number): Inode {
    this.#assertNameable(number)
    if (!this.#allocator.isUsed(number)) {
      throw this.#volume.damaged(`inode ${number} is to be deleted, and is not in use`)
    }
    const inode = new Inode(number, this.#read(number))
    this.#assertIntact(inode)
    return inode
  }

  /** One that has a purpose of its own, and no name. Whether it is intact is the caller's to ask. */
  special(number: number): Inode {
    if (number < 1 || number > this.#volume.superblock.inodeCount) {
      throw this.#volume.damaged(`the superblock names inode ${number}, which does not exist`)
    }
    return new Inode(number, this.#read(number))
  }

  /** A newly allocated one: all zero. */
  fresh(number: number): Inode {
    const inode = new Inode(number, this.#read(number))
    this.#known.set(number, inode)
    return inode
  }

  store(inode: Inode): void {
    const { block, offset } = placeOf(this.#volume, this.#groups, inode.number)
    if (this.#volume.superblock.hasChecksums) {
      const sum = checksumOf(this.#volume, inode)
      put16(inode.bytes, CHECKSUM_LOW, sum)
      if (hasHighChecksum(inode)) put16(inode.bytes, CHECKSUM_HIGH, sum >>> 16)
    }
    this.#volume.writeWithin(block, offset, inode.bytes)
  }

  forget(number: number): void {
    this.#known.delete(number)
  }

  #read(number: number): Uint8Array {
    const { block, offset } = placeOf(this.#volume, this.#groups, number)
    return this.#volume.read(block).slice(offset, offset + this.#volume.superblock.inodeSize)
  }

  #assertNameable(number: number): void {
    const { inodeCount, firstInode, orphanFile } = this.#volume.superblock
    const isOrdinary = number >= firstInode && number <= inodeCount && number !== orphanFile
    if (!isOrdinary && number !== ROOT_INODE) {
      throw this.#volume.damaged(`a directory names inode ${number}, which does not exist`)
    }
  }

  #assertSound(inode: Inode): void {
    const fail = (what: string) => {
      throw this.#volume.damaged(`inode ${inode.number} ${what}`)
    }
    this.#assertIntact(inode)
    if (inode.type === 0 || inode.links === 0 || !this.#allocator.isUsed(inode.number)) {
      fail('is named by a directory and not in use')
    }
  }

  #assertIntact(inode: Inode): void {
    const fail = (what: string) => {
      throw this.#volume.damaged(`inode ${inode.number} ${what}`)
    }
    if (!isInodeSound(this.#volume, inode)) fail('has a wrong checksum')
    if (inode.isForeign) fail('uses a feature that the superblock does not name')
    if (inode.extraSize % 4 !== 0 || OLD_INODE_SIZE + inode.extraSize > inode.bytes.length) {
      fail('has extra fields that do not fit into it')
    }
  }
}

function hasHighChecksum(inode: Inode): boolean {
  return inode.extraSize >= CHECKSUM_HIGH + 2 - OLD_INODE_SIZE
}
