import type { Directory } from './directory.ts'
import { entriesOf, entrySize, fillBlock, insertInto, type NewEntry } from './directory-block.ts'
import { halfMd4 } from './half-md4.ts'
import {
  emptyNode,
  type IndexEntry,
  indexInfo,
  indexRoom,
  NODE_START,
  putIndex,
  ROOT_START,
  readIndex,
  setLevels,
} from './index-block.ts'
import type { Superblock } from './superblock.ts'

/** The only hash that mke2fs uses by default; a directory with another one loses its index when it grows. */
const HALF_MD4 = 1
/** Nodes between root and leaf, at most; with large_dir one more. */
const MAX_LEVELS = 1
const MAX_LARGE_LEVELS = 2
/** In an index: the names of this hash begin in the block before. */
const CONTINUED = 1

/** A node on the way to a leaf, and which of its entries leads there. */
interface Step {
  readonly logical: number
  readonly start: number
  readonly room: number
  readonly entries: readonly IndexEntry[]
  readonly position: number
}

/**
 * Puts an entry into the leaf that the index says. A full leaf is split in two, and so is a full node above it.
 *
 * @returns whether that was possible: not if the hash is another one or the index cannot have more levels
 */
export function insertByHash(directory: Directory, superblock: Superblock, entry: NewEntry): boolean {
  const hashOf = (name: Uint8Array) =>
    halfMd4(name, { seed: superblock.hashSeed, isUnsigned: superblock.isHashUnsigned })
  const mostLevels = superblock.hasLargeDirectories ? MAX_LARGE_LEVELS : MAX_LEVELS
  while (true) {
    const info = indexInfo(directory.read(0))
    if (info === undefined || info.levels > mostLevels) throw directory.damaged('has a damaged index')
    if (info.hashVersion !== HALF_MD4) return false
    const steps = descend(directory, superblock, info.levels, hashOf(entry.name))
    const last = steps.at(-1) as Step
    const logical = (last.entries[last.position] as IndexEntry).block
    const leaf = directory.copy(logical)
    if (insertInto(leaf, entry, directory.leafEnd)) {
      directory.writeLeaf(logical, leaf)
      return true
    }
    if (!isFull(last)) {
      const added = splitLeaf(directory, logical, leaf, entry, hashOf)
      writeStep(directory, last, last.entries.toSpliced(last.position + 1, 0, added))
      return true
    }
    const full = steps.findLastIndex((step) => !isFull(step)) + 1
    if (full > 0) splitNode(directory, steps[full - 1] as Step, steps[full] as Step, superblock)
    else if (info.levels < mostLevels) deepen(directory, steps[0] as Step, info.levels, superblock)
    else return false
  }
}

function isFull(step: Step): boolean {
  return step.entries.length >= step.room
}

/** Moves the upper half of a node to a new one, of which the node above, which has room, learns. */
function splitNode(directory: Directory, above: Step, node: Step, superblock: Superblock): void {
  const half = node.entries.length >> 1
  const upper = node.entries.slice(half)
  const block = addNode(directory, upper, superblock)
  writeStep(directory, node, node.entries.slice(0, half))
  const { hash } = upper[0] as IndexEntry
  writeStep(directory, above, above.entries.toSpliced(above.position + 1, 0, { hash, block }))
}

/** Moves all entries of the root to a new node, so that it has one entry and the index a level more. */
function deepen(directory: Directory, root: Step, levels: number, superblock: Superblock): void {
  const block = addNode(directory, root.entries, superblock)
  const copy = directory.copy(0)
  setLevels(copy, levels + 1)
  putIndex(copy, ROOT_START, root.room, [{ hash: 0, block }])
  directory.writeIndex(0, copy, ROOT_START)
}

function addNode(directory: Directory, entries: readonly IndexEntry[], superblock: Superblock): number {
  const logical = directory.grow()
  const node = emptyNode(directory.blockSize)
  putIndex(node, NODE_START, indexRoom(node, NODE_START, superblock), entries)
  directory.writeIndex(logical, node, NODE_START)
  return logical
}

function descend(directory: Directory, superblock: Superblock, levels: number, hash: number): Step[] {
  const steps: Step[] = []
  let logical = 0
  for (let level = 0; level <= levels; level++) {
    const start = level === 0 ? ROOT_START : NODE_START
    const node = directory.read(logical)
    const room = indexRoom(node, start, superblock)
    const entries = readIndex(node, start, room)
    if (entries === undefined) throw directory.damaged('has a damaged index')
    let position = entries.length - 1
    while (position > 0 && (entries[position] as IndexEntry).hash > hash) position -= 1
    steps.push({ logical, start, room, entries, position })
    logical = (entries[position] as IndexEntry).block
    if (logical === 0) throw directory.damaged('has an index that runs in a circle')
  }
  return steps
}

function writeStep(directory: Directory, step: Step, entries: readonly IndexEntry[]): void {
  const block = directory.copy(step.logical)
  putIndex(block, step.start, step.room, entries)
  directory.writeIndex(step.logical, block, step.start)
}

/** Moves the half with the larger hashes to a new block; gives what the index has to say of it. */
function splitLeaf(
  directory: Directory,
  logical: number,
  leaf: Uint8Array,
  added: NewEntry,
  hashOf: (name: Uint8Array) => number,
): IndexEntry {
  const kept = [...entriesOf(leaf)].flatMap((entry) =>
    entry === undefined || entry.inode === 0
      ? []
      : [{ inode: entry.inode, type: entry.type, name: entry.name.slice() }],
  )
  const all = [...kept, added].map((entry) => ({ ...entry, hash: hashOf(entry.name) }))
  all.sort((a, b) => a.hash - b.hash)
  const half = all.reduce((sum, { name }) => sum + entrySize(name), 0) / 2
  let lower = 0
  for (let size = 0; size < half; lower++) size += entrySize((all[lower] as NewEntry).name)
  lower = Math.min(lower, all.length - 1)
  const block = directory.grow()
  const upper = new Uint8Array(directory.blockSize)
  fillBlock(upper, all.slice(lower), directory.leafEnd)
  directory.writeLeaf(block, upper)
  fillBlock(leaf, all.slice(0, lower), directory.leafEnd)
  directory.writeLeaf(logical, leaf)
  const [before, first] = [all[lower - 1], all[lower]].map((entry) => entry?.hash ?? 0) as [number, number]
  return { hash: before === first ? first + CONTINUED : first, block }
}
