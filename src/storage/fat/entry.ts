import { fieldsOf } from '../../base/bytes/fields.ts'
import type { Geometry } from './boot-sector.ts'
import type { Short } from './short-name.ts'
import type { FatTime } from './times.ts'

export const DIRECTORY = 0x10

export const ARCHIVE = 0x20

/** The entry holds the volume's name, and is not a file. */
export const VOLUME = 0x08

/** What an entry says besides its name. */
export interface Content {
  readonly attributes: number
  /** The first cluster; 0: it has none. */
  readonly cluster: number
  /** In bytes; 0 for a directory. */
  readonly size: number
}

/**
 * The 32 bytes of a directory entry.
 *
 * Layout: Microsoft "FAT: General Overview of On-Disk Format" 1.03, "FAT 32 Byte Directory Entry Structure".
 *
 *     offset  bytes  field                              offset  bytes  field
 *          0     11  short name                             18      2  date of the last access
 *         11      1  attributes                             20      2  first cluster, high half
 *         12      1  case of the short name                 22      2  time of the last write
 *         13      1  time of creation, 1/100 s              24      2  date of the last write
 *         14      2  time of creation                       26      2  first cluster, low half
 *         16      2  date of creation                       28      4  size
 *
 * @param flags byte 12
 */
export function entryBytes(short: Short, flags: number, content: Content, now: FatTime): Uint8Array {
  const bytes = new Uint8Array(32)
  const fields = fieldsOf(bytes)
  bytes.set(shortBytes(short))
  bytes[11] = content.attributes
  bytes[12] = flags
  fields.setUint16(14, now.time, true)
  fields.setUint16(16, now.date, true)
  fields.setUint16(18, now.date, true)
  fields.setUint16(20, content.cluster >>> 16, true)
  fields.setUint16(22, now.time, true)
  fields.setUint16(24, now.date, true)
  fields.setUint16(26, content.cluster & 0xffff, true)
  fields.setUint32(28, content.size, true)
  return bytes
}

/** @param bits FAT16 numbers its clusters by the low half alone; what is in the high one belongs to others */
export function readContent(slot: Uint8Array, bits: Geometry['bits']): Content {
  const fields = fieldsOf(slot)
  const high = bits === 32 ? fields.getUint16(20, true) << 16 : 0
  return {
    attributes: fields.getUint8(11),
    cluster: (high | fields.getUint16(26, true)) >>> 0,
    size: fields.getUint32(28, true),
  }
}

export function readShort(slot: Uint8Array): Short {
  return String.fromCharCode(...slot.subarray(0, 11))
}

export function shortBytes(short: Short): Uint8Array {
  return Uint8Array.from(short, (character) => character.charCodeAt(0))
}
