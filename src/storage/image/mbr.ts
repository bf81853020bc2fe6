import type { Bytes } from '../../base/bytes/bytes.ts'
import { fieldsOf } from '../../base/bytes/fields.ts'
import { noTable } from './no-table.ts'
import { badTable, type Partition, SECTOR } from './partition-entry.ts'

const EXTENDED = [0x05, 0x0f, 0x85]
const PROTECTIVE = 0xee
/** As many as Linux takes (block/partitions/msdos.c, parse_extended()). */
const MOST_EXTENDED_RECORDS = 100

export interface Mbr {
  /** One entry stands for a GPT: that is the table that counts. */
  readonly isProtective: boolean
  readonly partitions: readonly Partition[]
}

/**
 * Reads the master boot record.
 *
 * Layout: UEFI Specification 2.10, 5.2.1 "Legacy Master Boot Record": at 440 the disk's signature, at 446 four entries of 16
 * bytes, at 510 55 AA.
 *
 *     offset  bytes  field of an entry
 *          4      1  type; 0: the entry is not used
 *          8      4  first sector
 *         12      4  number of sectors
 *
 * @throws TargetError when there is none
 */
export function readMbr(bytes: Bytes, label: string): Mbr {
  if (bytes.size < SECTOR) throw badTable(label, `not a disk image: it has ${bytes.size} bytes only`)
  const fields = fieldsOf(bytes.read(0, SECTOR))
  const entries = entriesOf(fields)
  // A file system without a table ends in 55 AA too, but has code or text where the entries would be.
  if (entries === undefined || entries.some(({ flag }) => (flag & 0x7f) !== 0)) {
    throw noTable(bytes, label, 'no partition table')
  }
  return {
    isProtective: entries.some(({ type }) => type === PROTECTIVE),
    partitions: entries.flatMap(({ type, first, count }, i) =>
      type === 0 || count === 0
        ? []
        : [partition(i + 1, first, count, EXTENDED.includes(type), fields.getUint32(440, true))],
    ),
  }
}

/**
 * The logical partitions inside the extended one. Each has a record of its own, which says where it lies, counted from that
 * record, and where the next record is, counted from the extended partition's start. As Linux does, the chain is followed as
 * long as it makes sense.
 */
export function readLogical(bytes: Bytes, extended: Partition): readonly Partition[] {
  const signature = Number.parseInt(extended.partuuid, 16)
  const start = extended.offset / SECTOR
  const end = start + extended.size / SECTOR
  const found: Partition[] = []
  let record: number | undefined = start
  for (let turn = 0; record !== undefined && turn < MOST_EXTENDED_RECORDS; turn++) {
    const at: number = record
    const entries = entriesOf(fieldsOf(bytes.read(at * SECTOR, SECTOR))) ?? []
    record = undefined
    for (const { type, first, count } of entries) {
      if (type === 0 || count === 0) continue
      if (EXTENDED.includes(type)) {
        if (record === undefined && first > 0 && start + first < end) record = start + first
      } else if (at + first + count <= end) {
        found.push(partition(found.length + 5, at + first, count, false, signature))
      }
    }
  }
  return found
}

/** The four entries of a record, counted in sectors; `undefined`: it is not one. */
function entriesOf(fields: DataView) {
  if (fields.getUint16(510, true) !== 0xaa55) return undefined
  return [446, 462, 478, 494].map((at) => ({
    flag: fields.getUint8(at),
    type: fields.getUint8(at + 4),
    first: fields.getUint32(at + 8, true),
    count: fields.getUint32(at + 12, true),
  }))
}

/** Its PARTUUID is made of the disk's signature and its number (block/partitions/msdos.c, set_info()). */
function partition(number: number, first: number, count: number, isExtended: boolean, signature: number): Partition {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
  return {
    number,
    offset: first * SECTOR,
    size: count * SECTOR,
    isExtended,
    partuuid: `${hex(signature, 8)}-${hex(number, 2)}`,
  }
}
