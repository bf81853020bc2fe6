import type { Bytes } from '../../base/bytes/bytes.ts'
import { fieldsOf } from '../../base/bytes/fields.ts'
import { TargetError } from '../../base/errors.ts'
import { equals } from '../../base/host/bytes.ts'
import {
  CHECKS,
  type Check,
  crc32Bytes,
  FOOTER_MAGIC,
  FOOTER_SIZE,
  HEADER_MAGIC,
  HEADER_SIZE,
  type IndexRecord,
  padded,
  VliReader,
} from './xz-format.ts'

export interface XzBlock extends IndexRecord {
  /** Where it starts in the file. */
  readonly offset: number
  /** Where what it decodes to starts in the image. */
  readonly imageOffset: number
}

interface XzStream {
  readonly check: Check
  readonly blocks: readonly XzBlock[]
}

/** The streams of a file, and how much they decode to, as their indexes say. */
export interface XzIndex {
  readonly streams: readonly XzStream[]
  readonly size: number
  /** Whether zeros follow a stream. */
  readonly isPadded: boolean
}

/** An index of an image of 100 GB in blocks of 1 MiB takes less; what goes beyond is made to fill the memory. */
const MAX_INDEX = 1024 * 1024
const MAX_STREAMS = 10_000

interface Footer {
  readonly check: Check
  readonly indexSize: number
}

/**
 * Reads the indexes of an .xz file from its end to its start, as the format is made for, and compares them with the
 * file's size and with the headers. The blocks are not looked at.
 *
 * @throws TargetError when anything does not fit: truncated, something behind the end, nonsense
 */
export function readXzIndex(file: Bytes, about: string): XzIndex {
  const fail = (what: string) => new TargetError(`${about}: not a whole .xz file: ${what}`)
  const found: { check: Check; records: IndexRecord[]; start: number }[] = []
  let isPadded = false
  for (let end = file.size; end > 0; ) {
    const padding = paddingBefore(file, end)
    if (padding > 0) isPadded = true
    end -= padding
    const footer = readFooter(file, end)
    if (footer === undefined) throw fail('it is truncated, or something follows its end')
    const index = end - FOOTER_SIZE - footer.indexSize
    const records = index < HEADER_SIZE ? undefined : readRecords(file.read(index, footer.indexSize))
    if (records === undefined) throw fail('its index is damaged')
    const start = index - records.reduce((sum, { unpadded }) => sum + padded(unpadded), 0) - HEADER_SIZE
    if (start < 0 || !isHeader(file.read(start, HEADER_SIZE), footer.check)) {
      throw fail('its index does not fit its start')
    }
    found.unshift({ check: footer.check, records, start })
    if (found.length > MAX_STREAMS) throw fail('it has too many streams')
    end = start
  }
  if (found.length === 0) throw fail('it is empty')
  return { ...placed(found), isPadded }
}

function placed(found: readonly { check: Check; records: IndexRecord[]; start: number }[]): {
  streams: XzStream[]
  size: number
} {
  let imageOffset = 0
  const streams = found.map(({ check, records, start }) => {
    let offset = start + HEADER_SIZE
    const blocks = records.map((record) => {
      const block = { ...record, offset, imageOffset }
      offset += padded(record.unpadded)
      imageOffset += record.size
      return block
    })
    return { check, blocks }
  })
  return { streams, size: imageOffset }
}

/** 2.2: zeros, in fours, may follow a stream. */
function paddingBefore(file: Bytes, end: number): number {
  let padding = 0
  for (; padding + 4 <= end; padding += 4) {
    if (file.read(end - padding - 4, 4).some((byte) => byte !== 0)) break
  }
  return padding
}

function readFooter(file: Bytes, end: number): Footer | undefined {
  if (end % 4 !== 0 || end < HEADER_SIZE + FOOTER_SIZE) return undefined
  const footer = file.read(end - FOOTER_SIZE, FOOTER_SIZE)
  const fields = footer.subarray(4, 10)
  const check = CHECKS.find(({ id }) => id === footer[9])
  if (!equals(footer.subarray(10), FOOTER_MAGIC) || !equals(footer.subarray(0, 4), crc32Bytes(fields))) return undefined
  if (check === undefined || footer[8] !== 0) return undefined
  return { check, indexSize: (fieldsOf(footer).getUint32(4, true) + 1) * 4 }
}

function readRecords(index: Uint8Array): IndexRecord[] | undefined {
  const body = index.subarray(0, -4)
  if (index.length > MAX_INDEX || index[0] !== 0 || !equals(crc32Bytes(body), index.subarray(-4))) return undefined
  const reader = new VliReader(body, 1)
  const count = reader.next() ?? Number.NaN
  const records: IndexRecord[] = []
  while (records.length < count) {
    const unpadded = reader.next()
    const size = reader.next()
    if (unpadded === undefined || size === undefined || unpadded === 0) return undefined
    records.push({ unpadded, size })
  }
  const isEnd = records.length === count && padded(reader.at) === body.length
  return isEnd && body.subarray(reader.at).every((byte) => byte === 0) ? records : undefined
}

function isHeader(header: Uint8Array, check: Check): boolean {
  const flags = header.subarray(6, 8)
  return (
    equals(header.subarray(0, 6), HEADER_MAGIC) &&
    flags[0] === 0 &&
    flags[1] === check.id &&
    equals(header.subarray(8), crc32Bytes(flags))
  )
}
