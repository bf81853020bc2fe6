import type { Bytes } from '../../base/bytes/bytes.ts'
import { crc32 } from '../../base/bytes/crc32.ts'
import { fieldsOf } from '../../base/bytes/fields.ts'
import type { TargetError } from '../../base/errors.ts'
import { badTable, type Partition, SECTOR } from './partition-entry.ts'

const SIGNATURE = 'EFI PART'
/** The sectors of a disk that has no others: a table for it counts in these. */
const LARGE = 4096
/** The specification wants room for 128; more than this is not a table. */
const MOST_ENTRIES = 1024

/**
 * Reads the primary GUID partition table. Its copy at the end of the image is neither needed nor changed.
 *
 * Layout: UEFI Specification 2.10, 5.3 "GUID Partition Table Disk Layout"; the header is sector 1.
 *
 *     offset  bytes  field of the header                offset  bytes  field of an entry
 *          0      8  "EFI PART"                              0     16  type; all zero: the entry is not used
 *         12      4  size of the header                     16     16  its own GUID
 *         16      4  CRC32 of the header                    32      8  first sector
 *         24      8  the header's own sector                40      8  last sector
 *                                                           56     72  name, UTF-16
 *         40      8  first sector for partitions
 *         48      8  last sector for partitions
 *         72      8  first sector of the entries
 *         80      4  number of entries
 *         84      4  size of an entry
 *         88      4  CRC32 of the entries
 *
 * @throws TargetError when it is missing or a checksum is wrong
 */
export function readGpt(bytes: Bytes, label: string): readonly Partition[] {
  if (bytes.size < 2 * SECTOR) throw badTable(label, 'the partition table (GPT) is truncated')
  const sector = new Uint8Array(bytes.read(SECTOR, SECTOR))
  const fields = fieldsOf(sector)
  if (!isHeader(sector))
    throw bytes.size >= 2 * LARGE && isHeader(bytes.read(LARGE, SECTOR))
      ? largeSectors(label)
      : badTable(label, 'the GPT is missing')
  const headerSize = fields.getUint32(12, true)
  const entriesAt = Number(fields.getBigUint64(72, true)) * SECTOR
  const count = fields.getUint32(80, true)
  const entrySize = fields.getUint32(84, true)
  const headerCrc = fields.getUint32(16, true)
  fields.setUint32(16, 0, true)
  if (headerSize < 92 || headerSize > SECTOR || crc32(sector.subarray(0, headerSize)) !== headerCrc) {
    throw badTable(label, "the GPT's header is damaged")
  }
  if (fields.getBigUint64(24, true) !== 1n || entrySize < 128 || entrySize > SECTOR || count > MOST_ENTRIES) {
    throw badTable(label, "the GPT's header makes no sense")
  }
  if (entriesAt + count * entrySize > bytes.size) throw badTable(label, 'the partition table (GPT) is truncated')
  const usable = {
    first: Math.max(Number(fields.getBigUint64(40, true)), Math.ceil((entriesAt + count * entrySize) / SECTOR)),
    last: Number(fields.getBigUint64(48, true)),
  }
  const entries = bytes.read(entriesAt, count * entrySize)
  if (crc32(entries) !== fields.getUint32(88, true)) throw badTable(label, "the GPT's entries are damaged")
  return Array.from({ length: count }, (_, i) => entries.subarray(i * entrySize, (i + 1) * entrySize)).flatMap(
    (entry, i) => (entry.subarray(0, 16).every((byte) => byte === 0) ? [] : [partition(entry, i + 1, usable, label)]),
  )
}

function isHeader(sector: Uint8Array): boolean {
  return String.fromCharCode(...sector.subarray(0, 8)) === SIGNATURE
}

function largeSectors(label: string): TargetError {
  return badTable(
    label,
    'its partition table (GPT) counts in sectors of 4096 bytes, and pibake reads those of 512',
    `build the image for sectors of 512 bytes, or "losetup --sector-size 4096 -fP --show ${label}", mount its partitions, and use --boot and --root`,
  )
}

function partition(
  entry: Uint8Array,
  number: number,
  usable: { readonly first: number; readonly last: number },
  label: string,
): Partition {
  const fields = fieldsOf(entry)
  const first = Number(fields.getBigUint64(32, true))
  const last = Number(fields.getBigUint64(40, true))
  if (last < first) throw badTable(label, `partition ${number} ends before it begins`)
  if (first < usable.first || last > usable.last) throw badTable(label, `partition ${number} overlaps the table (GPT)`)
  return {
    number,
    offset: first * SECTOR,
    size: (last - first + 1) * SECTOR,
    isExtended: false,
    partuuid: guid(fields),
    name: new TextDecoder('utf-16le').decode(entry.subarray(56, 128)).split('\0', 1)[0] as string,
  }
}

/** The entry's own GUID: its first three fields are little-endian (UEFI Specification 2.10, appendix A). */
function guid(fields: DataView): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
  const tail = hex(fields.getUint16(26), 4) + hex(fields.getUint32(28), 8)
  const head = [fields.getUint32(16, true), fields.getUint16(20, true), fields.getUint16(22, true)]
  return [...head.map((value, i) => hex(value, i === 0 ? 8 : 4)), hex(fields.getUint16(24), 4), tail].join('-')
}
