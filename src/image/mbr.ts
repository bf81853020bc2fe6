import type { Bytes } from './bytes.ts'
import { fieldsOf } from './fields.ts'
import { badTable, type Partition, SECTOR } from './partition-entry.ts'

const EXTENDED = [0x05, 0x0f, 0x85]
const PROTECTIVE = 0xee

export interface Mbr {
  /** One entry stands for a GPT: that is the table that counts. */
  readonly isProtective: boolean
  readonly partitions: readonly Partition[]
}

/**
 * Reads the master boot record.
 *
 * Layout: UEFI Specification 2.10, 5.2.1 "Legacy Master Boot Record": at 446 four entries of 16 bytes, at 510 55 AA.
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
  if (fields.getUint16(510, true) !== 0xaa55) {
    throw badTable(label, 'no partition table', 'give an image of a whole card, not of one partition')
  }
  const entries = Array.from({ length: 4 }, (_, i) => {
    const at = 446 + i * 16
    return {
      number: i + 1,
      type: fields.getUint8(at + 4),
      offset: fields.getUint32(at + 8, true) * SECTOR,
      size: fields.getUint32(at + 12, true) * SECTOR,
      flag: fields.getUint8(at),
    }
  })
  // A file system without a table ends in 55 AA too, but has code or text where the entries would be.
  if (entries.some(({ flag }) => (flag & 0x7f) !== 0)) {
    throw badTable(label, 'no partition table', 'give an image of a whole card, not of one partition')
  }
  return {
    isProtective: entries.some(({ type }) => type === PROTECTIVE),
    partitions: entries
      .filter(({ type, size }) => type !== 0 && size > 0)
      .map(({ number, type, offset, size }) => ({ number, offset, size, isExtended: EXTENDED.includes(type) })),
  }
}
