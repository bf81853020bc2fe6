import { crc32c } from '../../base/bytes/crc32c.ts'
import type { BlockAllocator } from './block-allocator.ts'
import type { BlockMaps } from './block-map.ts'
import type { BlockRange } from './block-range.ts'
import {
  type DirectoryEntry,
  entriesOf,
  fillBlock,
  findIn,
  hasTail,
  isDots,
  isName,
  putTail,
  TAIL,
} from './directory-block.ts'
import { get16, get32, put32 } from './fields.ts'
import { indexChecksum, NODE_START, ROOT_START, sealIndex } from './index-block.ts'
import { FLAG, type Inode } from './inode.ts'
import { type InodeTable, inodeSeed } from './inode-table.ts'
import type { Volume } from './volume.ts'

/** What a directory needs of the file system around it. */
export interface Surroundings {
  readonly volume: Volume
  readonly blocks: BlockAllocator
  readonly maps: BlockMaps
  readonly inodes: InodeTable
}

/** The blocks of one directory, by their number in it: leaves with entries, and the nodes of its index. */
export class Directory {
  readonly inode: Inode
  readonly #around: Surroundings
  readonly #blocks: number[] = []
  readonly #checked = new Set<number>()
  #nodes: readonly number[]

  /** @throws TargetError when its blocks are not what its size says */
  constructor(around: Surroundings, inode: Inode) {
    this.#around = around
    this.inode = inode
    const map = around.maps.read(inode)
    for (const run of map.runs) {
      if (run.logical !== this.#blocks.length || !run.isWritten) throw this.damaged('has a hole')
      for (let i = 0; i < run.count; i++) this.#blocks.push(run.start + i)
    }
    this.#nodes = map.nodes
    if (this.#blocks.length === 0 || inode.size !== this.#blocks.length * this.blockSize) {
      throw this.damaged('is not as long as its blocks')
    }
  }

  get length(): number {
    return this.#blocks.length
  }

  /** The number of the directory it is in. */
  get parent(): number {
    const [own, parent] = entriesOf(this.read(0))
    if (own?.inode !== this.inode.number || parent === undefined) throw this.damaged('does not begin with itself')
    return parent.inode
  }

  get blockSize(): number {
    return this.#around.volume.blockSize
  }

  get isIndexed(): boolean {
    return this.inode.has(FLAG.INDEX)
  }

  /** Where the entries of a leaf end. */
  get leafEnd(): number {
    return this.blockSize - (this.#hasChecksums ? TAIL : 0)
  }

  get #hasChecksums(): boolean {
    return this.#around.volume.superblock.hasChecksums
  }

  get #seed(): number {
    return inodeSeed(this.#around.volume, this.inode)
  }

  /** A block to be looked at. */
  read(logical: number): Uint8Array {
    const block = this.#around.volume.read(this.#place(logical))
    if (!this.#checked.has(logical)) {
      this.#check(logical, block)
      this.#checked.add(logical)
    }
    return block
  }

  /** A copy of a block, to be changed and written. */
  copy(logical: number): Uint8Array {
    return this.read(logical).slice()
  }

  /** The entries of a block that name something, `.` and `..` not among them. */
  *entries(logical: number): Generator<DirectoryEntry> {
    for (const entry of entriesOf(this.read(logical))) {
      if (entry !== undefined && entry.inode !== 0 && !isDots(entry.name)) yield entry
    }
  }

  /** The entry of a block that has the name. */
  find(logical: number, name: Uint8Array): DirectoryEntry | undefined {
    return isDots(name) ? undefined : findIn(this.read(logical), name)
  }

  writeLeaf(logical: number, block: Uint8Array): void {
    if (this.#hasChecksums) {
      putTail(block)
      put32(block, block.length - 4, this.#leafChecksum(block))
    }
    this.#write(logical, block)
  }

  writeIndex(logical: number, block: Uint8Array, start: number): void {
    if (this.#hasChecksums) sealIndex(this.#seed, block, start)
    this.#write(logical, block)
  }

  /** Adds a block, whose content is to be written; gives its number in the directory. */
  grow(): number {
    const { blocks, maps, inodes, volume } = this.#around
    const group = Math.floor((this.inode.number - 1) / volume.superblock.inodesPerGroup)
    for (const range of blocks.allocate(1, group)) this.#blocks.push(range.start)
    this.inode.addBlocks(1, this.blockSize)
    this.inode.size = this.#blocks.length * this.blockSize
    const ranges: BlockRange[] = this.#blocks.map((start) => ({ start, count: 1 }))
    this.#nodes = maps.write(this.inode, ranges, group, this.#nodes)
    inodes.store(this.inode)
    this.#checked.add(this.#blocks.length - 1)
    return this.#blocks.length - 1
  }

  /** Takes the index away: its nodes become leaves without entries, the directory one that is searched from its start. */
  dropIndex(): void {
    for (let logical = 1; logical < this.length; logical++) {
      if (!isNode(this.read(logical))) continue
      const leaf = new Uint8Array(this.blockSize)
      fillBlock(leaf, [], this.leafEnd)
      this.writeLeaf(logical, leaf)
    }
    const root = this.copy(0)
    const dots = [...entriesOf(root)].flatMap((entry) => (entry === undefined ? [] : [entry]))
    const kept = dots.map((entry) => ({ inode: entry.inode, type: entry.type, name: entry.name.slice() }))
    fillBlock(root, kept, this.leafEnd)
    this.writeLeaf(0, root)
    this.inode.flags &= ~FLAG.INDEX
    this.#around.inodes.store(this.inode)
  }

  damaged(what: string): Error {
    return this.#around.volume.damaged(`directory inode ${this.inode.number} ${what}`)
  }

  #place(logical: number): number {
    const place = this.#blocks[logical]
    if (place === undefined) throw this.damaged(`has no block ${logical}, which its index names`)
    return place
  }

  #write(logical: number, block: Uint8Array): void {
    this.#around.volume.write(this.#place(logical), block)
  }

  #leafChecksum(block: Uint8Array): number {
    return crc32c(this.#seed, block, 0, block.length - TAIL)
  }

  #check(logical: number, block: Uint8Array): void {
    let entries = 0
    for (const entry of entriesOf(block)) {
      if (entry === undefined) throw this.damaged(`has a damaged entry in block ${logical}`)
      if (entry.inode !== 0 && !isDots(entry.name) && !isName(entry.name)) {
        throw this.damaged('has a name that no file can have')
      }
      entries += 1
    }
    const isRoot = this.isIndexed && logical === 0
    if (isRoot && entries !== 2) throw this.damaged('has a damaged index')
    if (!this.#hasChecksums) return
    const isIndex = isRoot || (this.isIndexed && isNode(block))
    const isRight = isIndex
      ? indexChecksum(this.#seed, block, isRoot ? ROOT_START : NODE_START)?.isRight === true
      : hasTail(block) && get32(block, block.length - 4) === this.#leafChecksum(block)
    if (!isRight) throw this.damaged(`has a wrong checksum in block ${logical}`)
  }
}

/** An inner node of an index is one free entry as long as the block; a leaf like that has no names either. */
function isNode(block: Uint8Array): boolean {
  return get32(block, 0) === 0 && get16(block, 4) === block.length
}
