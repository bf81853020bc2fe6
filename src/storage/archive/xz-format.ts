import { crc32 } from '../../base/bytes/crc32.ts'
import { fieldsOf } from '../../base/bytes/fields.ts'
import { concat, latin1 } from '../../base/host/bytes.ts'

/**
 * The frame of an .xz file (tukaani.org/xz/xz-file-format.txt): a stream is a header, blocks, an index of their sizes,
 * and a footer; every block can be decoded by itself. All numbers are little-endian.
 */
export const HEADER_SIZE = 12

export const FOOTER_SIZE = 12

export const HEADER_MAGIC = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)
export const FOOTER_MAGIC = latin1('YZ')

/** What xz can write behind each block: the number in the flags (2.1.1.2), and the bytes it takes. */
export const CHECKS = [
  { name: 'none', id: 0, size: 0 },
  { name: 'crc32', id: 1, size: 4 },
  { name: 'crc64', id: 4, size: 8 },
  { name: 'sha256', id: 10, size: 32 },
] as const
export type Check = (typeof CHECKS)[number]

/** What the index says of a block. */
export interface IndexRecord {
  /** Bytes of the block without its padding. */
  readonly unpadded: number
  /** Bytes that it decodes to. */
  readonly size: number
}

/** The next multiple of four. */
export const padded = (length: number): number => length + ((4 - (length % 4)) % 4)

/** A number as the format writes it (1.2): seven bits a byte, the lowest first. */
export function vli(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  bytes.push(rest)
  return bytes
}

/** Reads such numbers one after another. */
export class VliReader {
  readonly #bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  /** `undefined`: no number is there, or one that is too large to be a size. */
  next(): number | undefined {
    let value = 0
    for (let factor = 1; factor < Number.MAX_SAFE_INTEGER; factor *= 0x80) {
      const byte = this.#bytes[this.at]
      if (byte === undefined) return undefined
      this.at += 1
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return Number.isSafeInteger(value) ? value : undefined
    }
    return undefined
  }
}

/** The four bytes of a CRC-32. */
export function crc32Bytes(bytes: Uint8Array): Uint8Array {
  return uint32(crc32(bytes))
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  fieldsOf(bytes).setUint32(0, value, true)
  return bytes
}

const flagsOf = (check: Check) => Uint8Array.of(0, check.id)

/** 2.1.1 */
export function streamHeader(check: Check): Uint8Array {
  return concat([HEADER_MAGIC, flagsOf(check), crc32Bytes(flagsOf(check))])
}

/** The index (4) and the footer (2.1.2) of a stream of these blocks. */
export function streamEnd(check: Check, records: readonly IndexRecord[]): Uint8Array {
  const list = [0, ...vli(records.length), ...records.flatMap(({ unpadded, size }) => [...vli(unpadded), ...vli(size)])]
  const index = new Uint8Array(padded(list.length))
  index.set(list)
  const fields = concat([uint32(index.length / 4), flagsOf(check)])
  return concat([index, crc32Bytes(index), crc32Bytes(fields), fields, FOOTER_MAGIC])
}
