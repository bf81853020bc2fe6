import type { Bytes } from '../../base/bytes/bytes.ts'
import { equals } from '../../base/host/bytes.ts'
import { sha256 } from '../../base/host/hash.ts'
import { crc64 } from './crc64.ts'
import { type Chunk, readChunks } from './lzma2.ts'
import { type Check, crc32Bytes, type IndexRecord, padded, VliReader, vli } from './xz-format.ts'
import type { XzBlock } from './xz-index.ts'

/** The number of the LZMA2 filter (5.3.1), and of the simple filters that may come before it. */
const LZMA2 = 0x21
/** Flags of a block's header (3.1.2): sizes that follow. */
const HAS_CODED_SIZE = 0x40
const HAS_SIZE = 0x80

/** What a block says of itself. */
export interface BlockLayout {
  /** The byte that gives the size of the dictionary: 5.3.1. */
  readonly dictionary: number
  /** Whether LZMA2 is the only filter. */
  readonly isPlain: boolean
  readonly chunks: readonly Chunk[]
  /** Where the LZMA2 data starts and its end marker is, in the file. */
  readonly start: number
  readonly end: number
}

/**
 * Reads the header of a block and the heads of all its chunks, and compares their sizes with each other and with the
 * index; so what it decodes to is known without decoding it.
 *
 * @returns `undefined` when they do not agree, or the block is not LZMA2 in the end
 */
export function readBlock(file: Bytes, block: XzBlock, check: Check): BlockLayout | undefined {
  const headerSize = ((file.read(block.offset, 1)[0] ?? 0) + 1) * 4
  const start = block.offset + headerSize
  const end = block.offset + block.unpadded - check.size
  if (headerSize === 4 || start >= end) return undefined
  const header = readHeader(file.read(block.offset, headerSize))
  if (header === undefined) return undefined
  const data = readChunks(file, start, end)
  // What follows the end marker, which is one byte, is the check.
  if (data === undefined || data.end + 1 !== end) return undefined
  const last = data.chunks.at(-1)
  const size = last === undefined ? 0 : last.position + last.size
  if (size !== block.size || (header.size ?? size) !== size) return undefined
  if ((header.codedSize ?? end - start) !== end - start) return undefined
  return { dictionary: header.dictionary, isPlain: header.isPlain, chunks: data.chunks, start, end: data.end }
}

function readHeader(
  header: Uint8Array,
): { codedSize?: number; size?: number; dictionary: number; isPlain: boolean } | undefined {
  const body = header.subarray(0, -4)
  const flags = body[1] ?? 0
  if (!equals(crc32Bytes(body), header.subarray(-4)) || (flags & 0x3c) !== 0) return undefined
  const reader = new VliReader(body, 2)
  const codedSize = (flags & HAS_CODED_SIZE) === 0 ? undefined : reader.next()
  const size = (flags & HAS_SIZE) === 0 ? undefined : reader.next()
  const filters = (flags & 3) + 1
  for (let filter = 1; filter < filters; filter++) {
    reader.next()
    const properties = reader.next() ?? 0
    reader.at += properties
  }
  if (reader.next() !== LZMA2 || reader.next() !== 1) return undefined
  const dictionary = body[reader.at]
  if (dictionary === undefined) return undefined
  return {
    ...(codedSize === undefined ? {} : { codedSize }),
    ...(size === undefined ? {} : { size }),
    dictionary,
    isPlain: filters === 1,
  }
}

/** Bytes of dictionary that the byte of 5.3.1 stands for. */
export function dictionarySize(byte: number): number {
  return byte > 39 ? Number.POSITIVE_INFINITY : (2 | (byte & 1)) * 2 ** (Math.floor(byte / 2) + 11)
}

/** A block that is ready to be written. */
export interface MadeBlock extends IndexRecord {
  readonly parts: readonly Uint8Array[]
}

/**
 * Makes a block of LZMA2 data, with both sizes in its header, without which xz does not decode blocks side by side.
 *
 * @param data the chunks, in pieces, without the end marker
 * @param decoded what they decode to
 */
export function makeBlock(
  data: readonly Uint8Array[],
  decoded: Uint8Array,
  options: { dictionary: number; check: Check },
): MadeBlock {
  const codedSize = data.reduce((sum, { length }) => sum + length, 1)
  const fields = [
    HAS_CODED_SIZE | HAS_SIZE,
    ...vli(codedSize),
    ...vli(decoded.length),
    ...vli(LZMA2),
    1,
    options.dictionary,
  ]
  const header = new Uint8Array(padded(1 + fields.length))
  header.set([header.length / 4, ...fields])
  const check = checkOf(decoded, options.check)
  const unpadded = header.length + 4 + codedSize + check.length
  // The end marker and the padding are zeros both; the check has a size that needs none.
  const zeros = new Uint8Array(1 + padded(codedSize) - codedSize)
  return {
    unpadded,
    size: decoded.length,
    parts: [header, crc32Bytes(header), ...data, zeros, check],
  }
}

/** 3.4: the check of what a block decodes to. */
function checkOf(decoded: Uint8Array, check: Check): Uint8Array {
  switch (check.name) {
    case 'none':
      return new Uint8Array(0)
    case 'crc32':
      return crc32Bytes(decoded)
    case 'crc64':
      return crc64(decoded)
    case 'sha256':
      return sha256(decoded)
  }
}
