import { crc32c } from '../../base/bytes/crc32c.ts'
import type { Run } from './block-run.ts'
import { get16, get32, high32, put16, put32 } from './fields.ts'
import type { Inode } from './inode.ts'
import { inodeSeed } from './inode-table.ts'
import type { Volume } from './volume.ts'

/**
 * Header and entries are of 12 bytes each; the checksum of a node that is a block follows the last entry it has room
 * for (Linux Documentation/filesystems/ext4, "Extent Tree").
 */
const MAGIC = 0xf30a
const ENTRY = 12
const ROOT_ENTRIES = 4
const MAX_DEPTH = 5
/** Longer than that means: allocated, never written to. */
export const MAX_EXTENT_BLOCKS = 32768

/** An entry of an inner node: the first block of the file below it, and where the node is. */
interface Index {
  readonly logical: number
  readonly block: number
}

interface Found {
  readonly runs: Run[]
  readonly nodes: number[]
}

/**
 * All extents of a file, and the blocks that hold the tree.
 *
 * @throws TargetError when the tree is damaged: extents are in order and do not overlap, so that none is met twice
 */
export function readExtents(volume: Volume, inode: Inode): Found {
  const found: Found = { runs: [], nodes: [] }
  const fail = (what: string) => volume.damaged(`the extents of inode ${inode.number}: ${what}`)
  const seed = inodeSeed(volume, inode)
  let next = 0
  const visit = (node: Uint8Array, room: number, expected: number | undefined) => {
    const [count, most, depth] = [get16(node, 2), get16(node, 4), get16(node, 6)]
    if (get16(node, 0) !== MAGIC) throw fail('an invalid node')
    if (most > room || count > most || depth > MAX_DEPTH) throw fail('a node says it is larger than it can be')
    if (expected !== undefined && (depth !== expected || count === 0)) throw fail('a node is on a wrong level')
    if (expected !== undefined && volume.superblock.hasChecksums && tailChecksum(seed, node) !== storedChecksum(node)) {
      throw fail('the checksum of a node is wrong')
    }
    for (let i = 1; i <= count; i++) {
      const entry = node.subarray(i * ENTRY, (i + 1) * ENTRY)
      const logical = get32(entry, 0)
      if (logical < next) throw fail('they are not in order')
      next = logical
      if (depth === 0) {
        const run = readLeafEntry(entry)
        if (run.count === 0) throw fail('one is empty')
        next = logical + run.count
        found.runs.push(run)
      } else {
        const block = get32(entry, 4) + get16(entry, 8) * 2 ** 32
        found.nodes.push(block)
        visit(volume.read(block), blockEntries(volume), depth - 1)
      }
    }
  }
  visit(inode.map, ROOT_ENTRIES, undefined)
  return found
}

function readLeafEntry(entry: Uint8Array): Run {
  const length = get16(entry, 4)
  const isWritten = length <= MAX_EXTENT_BLOCKS
  return {
    logical: get32(entry, 0),
    count: isWritten ? length : length - MAX_EXTENT_BLOCKS,
    start: get32(entry, 8) + get16(entry, 6) * 2 ** 32,
    isWritten,
  }
}

/** How many entries a node that is a block has. */
function blockEntries(volume: Volume): number {
  return Math.floor((volume.blockSize - ENTRY - 4) / ENTRY)
}

/** How many blocks the tree of so many extents takes. */
export function nodesFor(volume: Volume, extents: number): number {
  let nodes = 0
  for (let level = extents; level > ROOT_ENTRIES; nodes += level) level = Math.ceil(level / blockEntries(volume))
  return nodes
}

/**
 * Writes the tree of `runs` into the inode and `nodes`, which are as many as {@link nodesFor} says. The inode is not
 * stored.
 */
export function writeExtents(volume: Volume, inode: Inode, runs: readonly Run[], nodes: readonly number[]): void {
  const free = [...nodes]
  const seed = inodeSeed(volume, inode)
  let depth = 0
  let level: readonly Uint8Array[] = runs.map(leafEntry)
  while (level.length > ROOT_ENTRIES) {
    const above: Uint8Array[] = []
    for (let i = 0; i < level.length; i += blockEntries(volume)) {
      const entries = level.slice(i, i + blockEntries(volume))
      const block = free.shift()
      if (block === undefined) throw new Error('fewer blocks than the extent tree needs')
      const node = new Uint8Array(volume.blockSize)
      fillNode(node, entries, blockEntries(volume), depth)
      if (volume.superblock.hasChecksums) put32(node, tailOffset(node), tailChecksum(seed, node))
      volume.write(block, node)
      above.push(indexEntry({ logical: get32(entries[0] ?? node, 0), block }))
    }
    level = above
    depth += 1
  }
  inode.map.fill(0)
  fillNode(inode.map, level, ROOT_ENTRIES, depth)
}

function fillNode(node: Uint8Array, entries: readonly Uint8Array[], most: number, depth: number): void {
  put16(node, 0, MAGIC)
  put16(node, 2, entries.length)
  put16(node, 4, most)
  put16(node, 6, depth)
  entries.forEach((entry, i) => {
    node.set(entry, (i + 1) * ENTRY)
  })
}

function leafEntry(run: Run): Uint8Array {
  const entry = new Uint8Array(ENTRY)
  put32(entry, 0, run.logical)
  put16(entry, 4, run.isWritten ? run.count : run.count + MAX_EXTENT_BLOCKS)
  put16(entry, 6, high32(run.start))
  put32(entry, 8, run.start)
  return entry
}

function indexEntry(index: Index): Uint8Array {
  const entry = new Uint8Array(ENTRY)
  put32(entry, 0, index.logical)
  put32(entry, 4, index.block)
  put16(entry, 8, high32(index.block))
  return entry
}

function tailOffset(node: Uint8Array): number {
  return ENTRY + ENTRY * get16(node, 4)
}

function tailChecksum(seed: number, node: Uint8Array): number {
  return crc32c(seed, node, 0, tailOffset(node))
}

function storedChecksum(node: Uint8Array): number {
  return get32(node, tailOffset(node))
}
