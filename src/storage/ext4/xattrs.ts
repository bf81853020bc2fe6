import { crc32cOfWord, crc32cWithout } from '../../base/bytes/crc32c.ts'
import { SpaceError, TargetError } from '../../base/errors.ts'
import type { BlockAllocator } from './block-allocator.ts'
import { get32, high32, put32 } from './fields.ts'
import { type Inode, OLD_INODE_SIZE } from './inode.ts'
import type { BlockSet } from './layout.ts'
import type { Volume } from './volume.ts'
import { blockHash, fit, putEntries, readEntries, type Xattr, xattrSize } from './xattr-entries.ts'

/** Before the entries in an inode: the magic number; in a block: magic, references, blocks, hash, checksum, zeros. */
const MAGIC = 0xea020000
const IN_INODE_HEADER = 4
const BLOCK_HEADER = 32
const AT = { references: 4, blocks: 8, hash: 12, checksum: 16 } as const
/** A value of this many bytes is more than the kernel takes. */
const MAX_VALUE = 65536

/** Extended attributes: behind the fields of an inode, and in a block that inodes may share. */
export class Xattrs {
  readonly #volume: Volume
  readonly #blocks: BlockAllocator
  readonly #zone: BlockSet

  constructor(volume: Volume, blocks: BlockAllocator, zone: BlockSet) {
    this.#volume = volume
    this.#blocks = blocks
    this.#zone = zone
  }

  read(inode: Inode): Xattr[] {
    return [...this.#readInode(inode), ...(inode.xattrBlock === 0 ? [] : this.#readBlock(inode).xattrs)]
  }

  /**
   * Gives the inode these and no others: as many of them in itself as fit, the rest in a block of its own. The inode is
   * not stored.
   *
   * @throws SpaceError when they need more than the block
   */
  write(inode: Inode, xattrs: readonly Xattr[], group: number): void {
    this.release(inode)
    const area = inodeArea(inode)
    const room = area.length - IN_INODE_HEADER
    let [here, rest] = [xattrs, [] as readonly Xattr[]]
    while (here.length > 0 && !fit(here, room)) {
      rest = [...here.slice(-1), ...rest]
      here = here.slice(0, -1)
    }
    area.fill(0)
    if (here.length > 0) {
      put32(area, 0, MAGIC)
      putEntries(area, IN_INODE_HEADER, IN_INODE_HEADER, here, { hashed: false })
    }
    if (rest.length > 0) this.#writeBlock(inode, rest, group)
  }

  /** Gives back the block, or this inode's share of it. The inode is not stored. */
  release(inode: Inode): void {
    if (inode.xattrBlock === 0) return
    this.releaseBlock(inode)
    inode.xattrBlock = 0
    inode.addBlocks(-1, this.#volume.blockSize)
  }

  /** The same, but that the inode goes on saying that it holds it. */
  releaseBlock(inode: Inode): void {
    const start = inode.xattrBlock
    if (start === 0) return
    const { block } = this.#readBlock(inode)
    const references = get32(block, AT.references)
    if (references > 1) {
      const copy = block.slice()
      put32(copy, AT.references, references - 1)
      this.#store(start, copy)
    } else this.#blocks.release({ start, count: 1 })
  }

  #readInode(inode: Inode): Xattr[] {
    const area = inodeArea(inode)
    if (get32(area, 0) !== MAGIC) return []
    const found = readEntries(area, IN_INODE_HEADER, IN_INODE_HEADER)
    if (found === undefined) throw this.#damaged(inode)
    return found
  }

  #readBlock(inode: Inode): { block: Uint8Array; xattrs: Xattr[] } {
    const start = inode.xattrBlock
    if (this.#zone.overlaps({ start, count: 1 })) throw this.#damaged(inode)
    const block = this.#volume.read(start)
    const isSound =
      get32(block, 0) === MAGIC &&
      get32(block, AT.references) > 0 &&
      get32(block, AT.blocks) === 1 &&
      (!this.#volume.superblock.hasChecksums || get32(block, AT.checksum) === this.#checksum(start, block))
    const xattrs = isSound ? readEntries(block, BLOCK_HEADER, 0) : undefined
    if (xattrs === undefined) throw this.#damaged(inode)
    return { block, xattrs }
  }

  #writeBlock(inode: Inode, xattrs: readonly Xattr[], group: number): void {
    const room = this.#volume.blockSize - BLOCK_HEADER
    if (!fit(xattrs, room)) {
      const wanted = xattrs.reduce((sum, xattr) => sum + xattrSize(xattr), 0)
      throw new SpaceError(`${this.#volume.label}: extended attributes of ${wanted} bytes do not fit into ${room}`)
    }
    for (const { start } of this.#blocks.allocate(1, group)) {
      const block = new Uint8Array(this.#volume.blockSize)
      put32(block, 0, MAGIC)
      put32(block, AT.references, 1)
      put32(block, AT.blocks, 1)
      put32(block, AT.hash, blockHash(putEntries(block, BLOCK_HEADER, 0, xattrs, { hashed: true })))
      this.#store(start, block)
      inode.xattrBlock = start
    }
    inode.addBlocks(1, this.#volume.blockSize)
  }

  #store(start: number, block: Uint8Array): void {
    if (this.#volume.superblock.hasChecksums) put32(block, AT.checksum, this.#checksum(start, block))
    this.#volume.write(start, block)
  }

  /** Goes on from the block's own number, of 64 bits. */
  #checksum(start: number, block: Uint8Array): number {
    const seed = crc32cOfWord(crc32cOfWord(this.#volume.superblock.checksumSeed, start), high32(start))
    return crc32cWithout(seed, block, AT.checksum, 4)
  }

  #damaged(inode: Inode): TargetError {
    return this.#volume.damaged(`the extended attributes of inode ${inode.number}`)
  }
}

/** With one attribute more, or another value of it; `undefined` takes it away. */
export function withXattr(
  xattrs: readonly Xattr[],
  name: Pick<Xattr, 'prefix' | 'rest'>,
  value: Uint8Array | undefined,
): Xattr[] {
  if (value !== undefined && value.length > MAX_VALUE) throw new TargetError('an extended attribute is too long')
  const isOther = ({ prefix, rest }: Xattr) => prefix !== name.prefix || String(rest) !== String(name.rest)
  return [...xattrs.filter(isOther), ...(value === undefined ? [] : [{ ...name, value }])]
}

/** What follows the fields of an inode; empty in inodes of 128 bytes and in those without extra fields. */
function inodeArea(inode: Inode): Uint8Array {
  const start = inode.extraSize > 0 ? OLD_INODE_SIZE + inode.extraSize : inode.bytes.length
  return inode.bytes.subarray(start)
}
