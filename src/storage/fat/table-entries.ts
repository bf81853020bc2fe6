import type { CopyableBytes } from '../../base/bytes/bytes.ts'
import { fieldsOf } from '../../base/bytes/fields.ts'
import { equals } from '../../base/host/bytes.ts'
import type { Geometry } from './boot-sector.ts'
import { damaged, type Naming } from './damaged.ts'

/** Bytes of a copy that are read at once. */
const PIECE = 256 * 1024

/** What the entries of a file allocation table can say (Microsoft "FAT: General Overview of On-Disk Format" 1.03). */
export interface EntryForm {
  /** Its bits that count; FAT32's four above them belong to nobody and are kept. */
  readonly value: number
  /** A cluster that cannot be read. */
  readonly bad: number
  /** Every value from here on ends a chain. */
  readonly firstEnd: number
  /** What is written to end a chain. */
  readonly end: number
  /** Bits of entry 1 ("FAT Volume Dirty Bit"): set on a volume that was unmounted, and had no read error. */
  readonly clean: number
  readonly noError: number
}

export const FORMS: Readonly<Record<Geometry['bits'], EntryForm>> = {
  16: { value: 0xffff, bad: 0xfff7, firstEnd: 0xfff8, end: 0xffff, clean: 0x8000, noError: 0x4000 },
  32: {
    value: 0x0fffffff,
    bad: 0x0ffffff7,
    firstEnd: 0x0ffffff8,
    end: 0x0fffffff,
    clean: 0x08000000,
    noError: 0x04000000,
  },
}

/**
 * All entries, and what the table has behind them.
 *
 * @throws TargetError when the copies of the table differ
 */
export function readEntries(bytes: CopyableBytes, geometry: Geometry, naming: Naming): Uint16Array | Uint32Array {
  const { tableSize } = geometry
  const [first, second] = geometry.tables
  if (first === undefined) throw damaged(naming, 'there is no allocation table')
  const table = new Uint8Array(tableSize)
  const copy = new Uint8Array(Math.min(PIECE, tableSize))
  for (let at = 0; at < tableSize; at += PIECE) {
    const piece = table.subarray(at, at + PIECE)
    bytes.readInto(piece, first + at)
    if (second === undefined) continue
    const same = copy.subarray(0, piece.length)
    bytes.readInto(same, second + at)
    if (!equals(piece, same)) throw damaged(naming, 'the copies of its allocation table differ')
  }
  return entriesOf(table, geometry.bits)
}

/** One sector of the table as it lies on the disk. */
export function entriesSector(entries: Uint16Array | Uint32Array, sector: number, geometry: Geometry): Uint8Array {
  const bytes = new Uint8Array(geometry.sectorSize)
  const fields = fieldsOf(bytes)
  const size = geometry.bits / 8
  const first = (sector * geometry.sectorSize) / size
  for (let at = 0; at < bytes.length; at += size) {
    const entry = entries[first + at / size] ?? 0
    if (geometry.bits === 16) fields.setUint16(at, entry, true)
    else fields.setUint32(at, entry, true)
  }
  return bytes
}

/** Most machines have the order of bytes that FAT has, and need not turn a million numbers round. */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

function entriesOf(table: Uint8Array, bits: Geometry['bits']): Uint16Array | Uint32Array {
  const fields = fieldsOf(table)
  if (bits === 16) {
    if (IS_LITTLE_ENDIAN) return new Uint16Array(table.buffer)
    return Uint16Array.from({ length: table.length / 2 }, (_, i) => fields.getUint16(i * 2, true))
  }
  if (IS_LITTLE_ENDIAN) return new Uint32Array(table.buffer)
  return Uint32Array.from({ length: table.length / 4 }, (_, i) => fields.getUint32(i * 4, true))
}
