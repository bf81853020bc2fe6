import type { Bytes } from '../../base/bytes/bytes.ts'
import { BLOCK, type Header, stringIn } from './header.ts'
import { type PaxRecord, parsePax } from './pax.ts'

/** What stands before a member's own header: names that its fields have no room for, and PAX records. */
export interface Extensions {
  readonly records: readonly PaxRecord[]
  /** GNU's `L` and `K`. */
  readonly longName: Uint8Array | undefined
  readonly longLink: Uint8Array | undefined
}

export const NO_EXTENSIONS: Extensions = { records: [], longName: undefined, longLink: undefined }

/** Longer than any name, or all the attributes that Linux lets a file have; more is a trap. */
const MAX_EXTENSION = 1024 * 1024

/** PAX, PAX as Solaris wrote it, GNU's long name and long link. */
export function isExtension(type: string): boolean {
  return 'xXLK'.includes(type)
}

/**
 * Adds the extension header whose own header is given.
 *
 * @param body offset of its body
 * @returns what is wrong with it, if anything is
 */
export function extended(before: Extensions, header: Header, bytes: Bytes, body: number): Extensions | string {
  const content = extensionBody(header, bytes, body)
  if (typeof content === 'string') return content
  if (header.type === 'L' || header.type === 'K') {
    const key = header.type === 'L' ? 'longName' : 'longLink'
    if (before[key] !== undefined) return 'two long names for one entry'
    return { ...before, [key]: stringIn(content, 0, content.length) }
  }
  if (before.records.length > 0) return 'two PAX headers for one entry'
  const records = parsePax(content)
  return records === undefined ? 'a PAX header that cannot be read' : { ...before, records }
}

/** The bytes of an extension header's body, or what is wrong with it. */
export function extensionBody(header: Header, bytes: Bytes, body: number): Uint8Array | string {
  const { size } = header
  if (size === undefined || size < 0) return 'an invalid size'
  if (size > MAX_EXTENSION) return `an extension header of ${size} bytes`
  if (body + size > bytes.size) return 'the end is missing'
  // A copy, from Node's pool: there may be one for every entry.
  return Buffer.from(bytes.read(body, size))
}

/** A body's length with what fills its last block. */
export function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK
}
