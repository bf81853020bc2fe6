import { latin1Text } from '../../base/host/bytes.ts'
import type { TarEntry } from './entry.ts'
import { padded } from './extensions.ts'
import { BLOCK } from './header.ts'
import { decimal, numberIn } from './numbers.ts'
import { type PaxRecord, paxValue } from './pax.ts'

/** A piece of a sparse file that is stored; what lies between two is zeros. */
interface Piece {
  readonly offset: number
  readonly length: number
}

/** Where the map of GNU's old format lies: in the header four pieces, in each block after it twenty-one. */
const IN_HEADER = { at: 386, count: 4 }
const IN_BLOCK = { at: 0, count: 21 }

/**
 * The content of a sparse file, holes filled with zeros.
 *
 * @param stored all that is stored of the member, from its header to the end of its body
 * @returns undefined when the map and what is stored contradict each other
 */
export function expanded(entry: TarEntry, records: readonly PaxRecord[], stored: Uint8Array): Uint8Array | undefined {
  const body = stored.subarray(entry.body - entry.header, entry.body - entry.header + entry.stored)
  const map = mapOf(entry, records, stored, body)
  if (map === undefined) return undefined
  const content = new Uint8Array(entry.size)
  let from = map.start
  let last = 0
  for (const { offset, length } of map.pieces) {
    if (offset < last || offset + length > entry.size || from + length > body.length) return undefined
    content.set(body.subarray(from, from + length), offset)
    last = offset + length
    from += length
  }
  return from === body.length ? content : undefined
}

/** The map, and where in the body the first piece begins. */
function mapOf(
  entry: TarEntry,
  records: readonly PaxRecord[],
  stored: Uint8Array,
  body: Uint8Array,
): { pieces: Piece[]; start: number } | undefined {
  if (entry.sparse === 'pax-1.0') return mapInBody(body)
  const numbers =
    entry.sparse === 'gnu'
      ? numbersInHeaders(stored.subarray(0, entry.body - entry.header))
      : entry.sparse === 'pax-0.1'
        ? latin1Text(paxValue(records, 'GNU.sparse.map') ?? new Uint8Array())
            .split(',')
            .map(numberOf)
        : records
            .filter(({ key }) => key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes')
            .map(({ value }) => decimal(value))
  const pieces = pairs(numbers)
  return pieces && { pieces, start: 0 }
}

/** Version 1.0: lines with decimal numbers at the beginning of the body, the first one counts the pieces. */
function mapInBody(body: Uint8Array): { pieces: Piece[]; start: number } | undefined {
  let at = 0
  const next = () => {
    const end = body.indexOf(0x0a, at)
    const line = end < 0 ? undefined : decimal(body.subarray(at, end))
    at = end + 1
    return line
  }
  const count = next()
  if (count === undefined || count * 4 > body.length) return undefined
  const numbers: (number | undefined)[] = []
  for (let i = 0; i < 2 * count; i++) {
    const number = next()
    if (number === undefined) return undefined
    numbers.push(number)
  }
  const pieces = pairs(numbers)
  return pieces && { pieces, start: padded(at) }
}

/** An empty piece ends the map, or says how long the file is. */
function numbersInHeaders(headers: Uint8Array): (number | undefined)[] {
  const numbers: (number | undefined)[] = []
  for (let start = 0; start < headers.length; start += BLOCK) {
    const { at, count } = start === 0 ? IN_HEADER : IN_BLOCK
    for (let i = 0; i < count; i++) {
      const offset = numberIn(headers, start + at + i * 24, 12)
      const length = numberIn(headers, start + at + i * 24 + 12, 12)
      if (length !== 0) numbers.push(offset, length)
    }
  }
  return numbers
}

function numberOf(text: string): number | undefined {
  return decimal(Buffer.from(text))
}

function pairs(numbers: readonly (number | undefined)[]): Piece[] | undefined {
  if (numbers.length % 2 !== 0) return undefined
  const pieces: Piece[] = []
  for (let i = 0; i < numbers.length; i += 2) {
    const offset = numbers[i]
    const length = numbers[i + 1]
    if (offset === undefined || length === undefined || offset < 0 || length < 0) return undefined
    pieces.push({ offset, length })
  }
  return pieces
}
