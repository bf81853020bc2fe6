import { get8, get16, get32, put16, put32, roundUp } from './fields.ts'
import { type Inode, TYPE } from './inode.ts'

/**
 * One entry: inode (32 bits, 0: free), its whole length (16), length of the name (8), type (8), name (Linux
 * Documentation/filesystems/ext4, "Directory Entries"). The lengths of a block's entries add up to the block.
 */
const HEADER = 8
const MAX_NAME = 255

/** What an entry says of the kind of its inode, by the inode's type. */
const ENTRY_TYPES: Readonly<Record<number, number>> = {
  [TYPE.FILE]: 1,
  [TYPE.DIRECTORY]: 2,
  [TYPE.CHARACTER_DEVICE]: 3,
  [TYPE.BLOCK_DEVICE]: 4,
  [TYPE.FIFO]: 5,
  [TYPE.SOCKET]: 6,
  [TYPE.SYMLINK]: 7,
}

/** The last 12 bytes of a block with a checksum look like a free entry of this type. */
export const TAIL = 12
const TAIL_TYPE = 0xde

export interface DirectoryEntry {
  readonly offset: number
  readonly inode: number
  readonly length: number
  readonly type: number
  /** A view of the block. */
  readonly name: Uint8Array
}

/** What a new entry of that name needs. */
export function entrySize(name: Uint8Array): number {
  return roundUp(HEADER + name.length, 4)
}

/** The entries of a block, free ones too; `undefined` in place of one that is damaged, which is the last. */
export function* entriesOf(block: Uint8Array): Generator<DirectoryEntry | undefined> {
  for (let offset = 0; offset < block.length; ) {
    const length = get16(block, offset + 4)
    const nameLength = get8(block, offset + 6)
    const isSound =
      length >= HEADER && length % 4 === 0 && offset + length <= block.length && HEADER + nameLength <= length
    if (!isSound) {
      yield undefined
      return
    }
    yield entryAt(block, offset)
    offset += length
  }
}

/** The entry of a block without damage that has the name; nothing is made of the others, for this is done most. */
export function findIn(block: Uint8Array, name: Uint8Array): DirectoryEntry | undefined {
  for (let offset = 0; offset < block.length; offset += get16(block, offset + 4)) {
    if (get8(block, offset + 6) !== name.length || get32(block, offset) === 0) continue
    let same = 0
    while (same < name.length && block[offset + HEADER + same] === name[same]) same++
    if (same === name.length) return entryAt(block, offset)
  }
  return undefined
}

function entryAt(block: Uint8Array, offset: number): DirectoryEntry {
  const name = offset + HEADER
  return {
    offset,
    inode: get32(block, offset),
    length: get16(block, offset + 4),
    type: get8(block, offset + 7),
    name: block.subarray(name, name + get8(block, offset + 6)),
  }
}

export interface NewEntry {
  readonly inode: number
  readonly type: number
  readonly name: Uint8Array
}

/** The entry by which a directory names an inode. */
export function entryFor(name: Uint8Array, inode: Inode): NewEntry {
  return { name, inode: inode.number, type: ENTRY_TYPES[inode.type] ?? 0 }
}

/** Writes entries one behind the other, the last one up to `end`; no entries: one free one. */
export function fillBlock(block: Uint8Array, entries: readonly NewEntry[], end: number): void {
  block.fill(0, 0, end)
  if (entries.length === 0) put16(block, 4, end)
  let offset = 0
  entries.forEach((entry, i) => {
    const length = i === entries.length - 1 ? end - offset : entrySize(entry.name)
    putEntry(block, offset, length, entry)
    offset += length
  })
}

/** Puts an entry where there is room before `end`; whether there was. */
export function insertInto(block: Uint8Array, entry: NewEntry, end: number): boolean {
  const needed = entrySize(entry.name)
  for (const old of entriesOf(block)) {
    if (old === undefined || old.offset >= end) return false
    const held = old.inode === 0 ? 0 : entrySize(old.name)
    if (old.length - held < needed) continue
    if (held > 0) put16(block, old.offset + 4, held)
    block.fill(0, old.offset + held, old.offset + held + needed)
    putEntry(block, old.offset + held, old.length - held, entry)
    return true
  }
  return false
}

/** Takes an entry out: the one before it is as much longer, or it is a free one at the start of the block. */
export function removeFrom(block: Uint8Array, removed: DirectoryEntry): void {
  let before: DirectoryEntry | undefined
  for (const entry of entriesOf(block)) {
    if (entry === undefined || entry.offset >= removed.offset) break
    before = entry
  }
  block.fill(0, removed.offset, removed.offset + entrySize(removed.name))
  if (before !== undefined) put16(block, before.offset + 4, before.length + removed.length)
  else put16(block, removed.offset + 4, removed.length)
}

/** Writes an entry that is `length` bytes long. */
export function putEntry(block: Uint8Array, offset: number, length: number, entry: NewEntry): void {
  put32(block, offset, entry.inode)
  put16(block, offset + 4, length)
  block[offset + 7] = entry.type
  block[offset + 6] = entry.name.length
  block.set(entry.name, offset + HEADER)
}

/** Writes the tail without its checksum, which is its last 4 bytes. */
export function putTail(block: Uint8Array): void {
  const offset = block.length - TAIL
  block.fill(0, offset)
  put16(block, offset + 4, TAIL)
  block[offset + 7] = TAIL_TYPE
}

/** Whether a block ends with the tail of a checksum. */
export function hasTail(block: Uint8Array): boolean {
  const offset = block.length - TAIL
  return get32(block, offset) === 0 && get32(block, offset + 4) === TAIL + TAIL_TYPE * 2 ** 24
}

/** Whether a file can be given that name. */
export function isName(name: Uint8Array): boolean {
  return name.length > 0 && name.length <= MAX_NAME && !name.includes(0) && !name.includes(0x2f) && !isDots(name)
}

/** The names by which a directory names itself and the one it is in. */
export function isDots(name: Uint8Array): boolean {
  return name[0] === 0x2e && (name.length === 1 || (name.length === 2 && name[1] === 0x2e))
}
