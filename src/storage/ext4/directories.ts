import { Directory, type Surroundings } from './directory.ts'
import {
  type DirectoryEntry,
  entryFor,
  fillBlock,
  insertInto,
  type NewEntry,
  putEntry,
  removeFrom,
} from './directory-block.ts'
import { insertByHash } from './hash-tree.ts'
import type { Inode } from './inode.ts'

const DOT = Uint8Array.of(0x2e)
const DOTS = Uint8Array.of(0x2e, 0x2e)

/** Which entry of which block. */
interface Place {
  readonly logical: number
  readonly entry: DirectoryEntry
}

/** The names in directories. Who changes them also changes times and links: here are the names alone. */
export class Directories {
  readonly #around: Surroundings
  readonly #open = new Map<number, Directory>()

  constructor(around: Surroundings) {
    this.#around = around
  }

  /** The number of the inode that a name stands for. */
  find(inode: Inode, name: Uint8Array): number | undefined {
    return this.#place(this.#directory(inode), name)?.entry.inode
  }

  /** Names, and the inodes they stand for. */
  *entries(inode: Inode): Generator<{ name: Uint8Array; inode: number }> {
    const directory = this.#directory(inode)
    for (let logical = 0; logical < directory.length; logical++) yield* directory.entries(logical)
  }

  /** The number of the directory that a directory is in. */
  parent(inode: Inode): number {
    return this.#directory(inode).parent
  }

  /** A name that is not there yet. */
  insert(inode: Inode, name: Uint8Array, target: Inode): void {
    const directory = this.#directory(inode)
    const entry = entryFor(name, target)
    if (directory.isIndexed) {
      if (insertByHash(directory, this.#around.volume.superblock, entry)) return
      directory.dropIndex()
    }
    this.#insertAnywhere(directory, entry)
  }

  remove(inode: Inode, name: Uint8Array): void {
    this.#change(inode, name, removeFrom)
  }

  /** Lets a name that is there stand for another inode. */
  point(inode: Inode, name: Uint8Array, target: Inode): void {
    this.#change(inode, name, (block, { offset, length }) => putEntry(block, offset, length, entryFor(name, target)))
  }

  /** Gives a new directory its first block. The inode is stored. */
  create(inode: Inode, parent: Inode, group: number): void {
    const { volume, blocks, maps, inodes } = this.#around
    const ranges = blocks.allocate(1, group)
    inode.size = volume.blockSize
    inode.addBlocks(1, volume.blockSize)
    maps.write(inode, ranges, group)
    inodes.store(inode)
    const directory = this.#directory(inode)
    const block = new Uint8Array(volume.blockSize)
    const dots = [entryFor(DOT, inode), entryFor(DOTS, parent)]
    fillBlock(block, dots, directory.leafEnd)
    directory.writeLeaf(0, block)
  }

  forget(inode: number): void {
    this.#open.delete(inode)
  }

  #directory(inode: Inode): Directory {
    const known = this.#open.get(inode.number)
    if (known !== undefined) return known
    const directory = new Directory(this.#around, inode)
    this.#open.set(inode.number, directory)
    return directory
  }

  #place(directory: Directory, name: Uint8Array): Place | undefined {
    for (let logical = 0; logical < directory.length; logical++) {
      const entry = directory.find(logical, name)
      if (entry !== undefined) return { logical, entry }
    }
    return undefined
  }

  #change(inode: Inode, name: Uint8Array, change: (block: Uint8Array, entry: DirectoryEntry) => void): void {
    const directory = this.#directory(inode)
    const place = this.#place(directory, name)
    if (place === undefined) throw directory.damaged('lost a name')
    const block = directory.copy(place.logical)
    change(block, place.entry)
    directory.writeLeaf(place.logical, block)
  }

  #insertAnywhere(directory: Directory, entry: NewEntry): void {
    for (let logical = 0; logical < directory.length; logical++) {
      const block = directory.copy(logical)
      if (!insertInto(block, entry, directory.leafEnd)) continue
      directory.writeLeaf(logical, block)
      return
    }
    const logical = directory.grow()
    const block = new Uint8Array(directory.blockSize)
    fillBlock(block, [entry], directory.leafEnd)
    directory.writeLeaf(logical, block)
  }
}
