import { fieldsOf } from '../../base/bytes/fields.ts'
import { concat, latin1 } from '../../base/host/bytes.ts'
import { numberIn } from './numbers.ts'

/** Everything in a tar begins at a multiple of this. */
export const BLOCK = 512

/** Whose layout a header has beyond the old one's fields. */
type Dialect = 'v7' | 'ustar' | 'gnu'

/** The fields of a header block; a number that is none is `undefined`, texts are views of the block. */
export interface Header {
  readonly dialect: Dialect
  readonly name: Uint8Array
  readonly mode: number | undefined
  readonly uid: number | undefined
  readonly gid: number | undefined
  readonly size: number | undefined
  readonly mtime: number | undefined
  /** The type flag: one character; that of an old regular file, NUL, is `0`. */
  readonly type: string
  readonly linkname: Uint8Array
}

/** Fields of the header block, offset and length (POSIX pax, "ustar Interchange Format"). */
export const FIELD = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  linkname: [157, 100],
  magic: [257, 8],
  prefix: [345, 155],
} as const

/** Largest id in a field of seven octal digits. */
export const MAX_ID = 0o7777777

/** What POSIX and GNU write in that field. */
const MAGIC = { ustar: latin1('ustar\0'), gnu: latin1('ustar  \0') }
const NOTHING = new Uint8Array()

/** @returns undefined when the block's checksum is not right: it is not a header */
export function parseHeader(block: Uint8Array): Header | undefined {
  if (!isChecksumRight(block)) return undefined
  const dialect = dialectOf(block)
  const number = (field: 'mode' | 'uid' | 'gid' | 'size' | 'mtime') => {
    const [offset, length] = FIELD[field]
    return numberIn(block, offset, length)
  }
  return {
    dialect,
    name: nameIn(block, dialect),
    mode: number('mode'),
    uid: number('uid'),
    gid: number('gid'),
    size: number('size'),
    mtime: number('mtime'),
    type: block[156] === 0 ? '0' : String.fromCharCode(block[156] ?? 0),
    linkname: block[FIELD.linkname[0]] === 0 ? NOTHING : stringIn(block, ...FIELD.linkname),
  }
}

/** The bytes of a text field, which ends with a NUL or is full; a view of the block. */
export function stringIn(block: Uint8Array, offset: number, length: number): Uint8Array {
  const field = block.subarray(offset, offset + length)
  const end = field.indexOf(0)
  return end < 0 ? field : field.subarray(0, end)
}

/** The sum of all bytes, those of the checksum's own field taken as spaces. */
function checksumOf(block: Uint8Array): number {
  const [start, length] = FIELD.checksum
  let sum = sumOf(block) + length * 0x20
  for (let i = start; i < start + length; i++) sum -= block[i] ?? 0
  return sum
}

/** Four bytes at a time, for every block of an archive is summed up: two sums of two bytes each lie in one number. */
function sumOf(block: Uint8Array): number {
  const words = fieldsOf(block)
  let sums = 0
  for (let i = 0; i < BLOCK; i += 4) {
    const word = words.getInt32(i)
    sums = (sums + (word & 0xff00ff) + ((word >>> 8) & 0xff00ff)) | 0
  }
  return (sums & 0xffff) + (sums >>> 16)
}

/** Writes the checksum that the block's other bytes make. */
export function seal(block: Uint8Array): void {
  putText(block, FIELD.checksum, `${checksumOf(block).toString(8).padStart(6, '0')}\0 `)
}

/** Writes a text field of ASCII or bytes, and fills it with NULs. */
export function putText(
  block: Uint8Array,
  [offset, length]: readonly [number, number],
  text: string | Uint8Array,
): void {
  const bytes = typeof text === 'string' ? latin1(text) : text
  block.fill(0, offset, offset + length)
  block.set(bytes.subarray(0, length), offset)
}

/** Writes a number as octal digits, and a NUL after them. */
export function putNumber(block: Uint8Array, field: readonly [number, number], value: number): void {
  putText(block, field, `${value.toString(8).padStart(field[1] - 1, '0')}\0`)
}

function dialectOf(block: Uint8Array): Dialect {
  if (hasMagic(block, MAGIC.ustar)) return 'ustar'
  return hasMagic(block, MAGIC.gnu) ? 'gnu' : 'v7'
}

function hasMagic(block: Uint8Array, magic: Uint8Array): boolean {
  for (let i = 0; i < magic.length; i++) if (block[FIELD.magic[0] + i] !== magic[i]) return false
  return true
}

function nameIn(block: Uint8Array, dialect: Dialect): Uint8Array {
  const name = stringIn(block, ...FIELD.name)
  // GNU's header keeps times and the sparse map where the others have the prefix.
  if (dialect !== 'ustar' || block[FIELD.prefix[0]] === 0) return name
  return concat([stringIn(block, ...FIELD.prefix), latin1('/'), name])
}

/** Some very old programs summed signed bytes up; both sums are right (POSIX says unsigned). */
function isChecksumRight(block: Uint8Array): boolean {
  const stated = numberIn(block, ...FIELD.checksum)
  const sum = checksumOf(block)
  if (stated === sum) return true
  const [start, length] = FIELD.checksum
  let high = 0
  for (const [i, byte] of block.entries()) if (byte >= 0x80 && (i < start || i >= start + length)) high += 1
  return stated === sum - 256 * high
}
