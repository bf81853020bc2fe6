import { crc32c, crc32cOfWord } from '../../base/bytes/crc32c.ts'
import { get8, get16, get32, put16, put32 } from './fields.ts'

/**
 * A node of a directory's index: room (16 bits) and number (16) of its entries, then entries of hash (32) and block of
 * the directory (32); the first one's hash is left out, for the two numbers lie there. It follows the entries `.` and
 * `..` and 8 bytes about the index in the root, one free entry in the other nodes (Linux
 * Documentation/filesystems/ext4, "Hash Tree Directories"). With checksums, 8 bytes follow the last entry there is room for.
 */
export const ROOT_START = 32

export const NODE_START = 8
const ENTRY = 8
const TAIL = 8

const HASH_VERSION = 28
const INFO_LENGTH = 29
const LEVELS = 30
/** The length of what is said about the index. */
const INFO = 8

export interface IndexInfo {
  readonly hashVersion: number
  /** Nodes between the root and the leaves. */
  readonly levels: number
}

/** What the root says about the index; `undefined`: nothing that is known. */
export function indexInfo(root: Uint8Array): IndexInfo | undefined {
  if (get32(root, 24) !== 0 || get8(root, INFO_LENGTH) !== INFO) return undefined
  return { hashVersion: get8(root, HASH_VERSION), levels: get8(root, LEVELS) }
}

export function setLevels(root: Uint8Array, levels: number): void {
  root[LEVELS] = levels
}

/** A node other than the root, without entries of the index yet. */
export function emptyNode(blockSize: number): Uint8Array {
  const node = new Uint8Array(blockSize)
  put16(node, 4, blockSize)
  return node
}

export interface IndexEntry {
  readonly hash: number
  /** A block of the directory. */
  readonly block: number
}

/** How many entries a node has room for. */
export function indexRoom(block: Uint8Array, start: number, options: { readonly hasChecksums: boolean }): number {
  return Math.floor((block.length - start - (options.hasChecksums ? TAIL : 0)) / ENTRY)
}

/** The entries of a node; `undefined` when it says that it has none, or more than it has room for. */
export function readIndex(block: Uint8Array, start: number, room: number): IndexEntry[] | undefined {
  const count = get16(block, start + 2)
  if (get16(block, start) !== room || count === 0 || count > room) return undefined
  return Array.from({ length: count }, (_, i) => ({
    hash: i === 0 ? 0 : get32(block, start + i * ENTRY),
    block: get32(block, start + i * ENTRY + 4),
  }))
}

/** Writes the entries of a node; there are not more than it has room for. */
export function putIndex(block: Uint8Array, start: number, room: number, entries: readonly IndexEntry[]): void {
  block.fill(0, start, start + room * ENTRY)
  entries.forEach(({ hash, block: child }, i) => {
    put32(block, start + i * ENTRY, hash)
    put32(block, start + i * ENTRY + 4, child)
  })
  put16(block, start, room)
  put16(block, start + 2, entries.length)
}

/** The checksum of a node as it should be, and whether it is so; `undefined` when the node has no place for one. */
export function indexChecksum(
  seed: number,
  block: Uint8Array,
  start: number,
): { sum: number; at: number; isRight: boolean } | undefined {
  const tail = start + get16(block, start) * ENTRY
  const end = start + get16(block, start + 2) * ENTRY
  if (tail + TAIL > block.length || end > tail) return undefined
  // Of the tail's two words the first is reserved; the second is the sum itself and counts as zero.
  const sum = crc32cOfWord(crc32c(crc32c(seed, block, 0, end), block, tail, tail + 4), 0)
  return { sum, at: tail + 4, isRight: sum === get32(block, tail + 4) }
}

/** Writes the checksum of a node. */
export function sealIndex(seed: number, block: Uint8Array, start: number): void {
  const checksum = indexChecksum(seed, block, start)
  if (checksum !== undefined) put32(block, checksum.at, checksum.sum)
}
