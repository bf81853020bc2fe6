import { get8, get16, get32, put16, put32, roundUp } from './fields.ts'
import type { StoredName } from './xattr-names.ts'

/** One extended attribute as it lies on the disk. */
export interface Xattr extends StoredName {
  readonly value: Uint8Array
}

/**
 * Entries stand at the start of their area, values at its end: length of the name (8), number of its prefix (8), place of
 * the value (16), inode with the value (32), length (32), hash (32), name (Linux Documentation/filesystems/ext4,
 * "Extended Attributes"). Four zero bytes end the entries.
 */
const HEADER = 16
const END = 4

/**
 * The attributes in `area`, whose entries begin at `first`; places of values count from `origin`.
 *
 * @returns `undefined` when they do not lie inside the area
 */
export function readEntries(area: Uint8Array, first: number, origin: number): Xattr[] | undefined {
  const found: Xattr[] = []
  let offset = first
  while (get32(area, offset) !== 0) {
    const nameLength = get8(area, offset)
    const end = offset + HEADER + nameLength
    const valueAt = origin + get16(area, offset + 2)
    const size = get32(area, offset + 8)
    const isSound =
      roundUp(end, 4) + END <= area.length && valueAt + size <= area.length && get32(area, offset + 4) === 0
    if (!isSound) return undefined
    found.push({
      prefix: get8(area, offset + 1),
      rest: area.slice(offset + HEADER, end),
      value: area.slice(valueAt, valueAt + size),
    })
    offset = roundUp(end, 4)
  }
  return found
}

/** What one takes in an area, its value too. */
export function xattrSize(xattr: Xattr): number {
  return roundUp(HEADER + xattr.rest.length, 4) + roundUp(xattr.value.length, 4)
}

/** Whether they fit into so many bytes. */
export function fit(xattrs: readonly Xattr[], bytes: number): boolean {
  return xattrs.reduce((sum, xattr) => sum + xattrSize(xattr), END) <= bytes
}

/** Writes attributes that {@link fit}, in the order in which the kernel searches a block; gives the entries' hashes. */
export function putEntries(
  area: Uint8Array,
  first: number,
  origin: number,
  xattrs: readonly Xattr[],
  options: { readonly hashed: boolean },
): number[] {
  let offset = first
  let valueAt = area.length
  return [...xattrs].sort(inOrder).map((xattr) => {
    const { prefix, rest, value } = xattr
    valueAt -= roundUp(value.length, 4)
    area[offset] = rest.length
    area[offset + 1] = prefix
    put16(area, offset + 2, value.length === 0 ? 0 : valueAt - origin)
    put32(area, offset + 8, value.length)
    const hash = options.hashed ? entryHash(xattr) : 0
    put32(area, offset + 12, hash)
    area.set(rest, offset + HEADER)
    area.set(value, valueAt)
    offset = roundUp(offset + HEADER + rest.length, 4)
    return hash
  })
}

function inOrder(a: Xattr, b: Xattr): number {
  return a.prefix - b.prefix || a.rest.length - b.rest.length || compareBytes(a.rest, b.rest)
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i])
  return at < 0 ? 0 : get8(a, at) - get8(b, at)
}

/** Of name and value; only blocks, which inodes share, have it. */
function entryHash({ rest, value }: Xattr): number {
  let hash = 0
  for (const byte of rest) hash = (hash << 5) ^ (hash >>> 27) ^ byte
  for (let at = 0; at < value.length; at += 4) hash = (hash << 16) ^ (hash >>> 16) ^ get32(value, at)
  return hash >>> 0
}

/** The hash of a block with attributes; 0, which is never shared, when an entry has none. */
export function blockHash(hashes: readonly number[]): number {
  if (hashes.includes(0)) return 0
  return hashes.reduce((sum, hash) => ((sum << 16) ^ (sum >>> 16) ^ hash) >>> 0, 0)
}
