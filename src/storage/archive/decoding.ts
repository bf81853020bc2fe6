import { closeSync, openSync } from 'node:fs'
import type { PlainFile } from '../../base/disk/plain-file.ts'

export interface DecodeOptions {
  /** Called once with the first MiB (less if there is less); gives the most bytes that the image may have. */
  readonly limit: (first: Uint8Array) => number
  readonly signal?: AbortSignal
  /** Bytes of work done and in all; the unit is the same for both. */
  readonly onProgress?: (done: number, total: number) => void
  /** Whether the SHA-256 of the archive is wanted. */
  readonly isHashed?: boolean
}

/** An archive that is read from its start to its end, for the formats. */
export interface Reading extends Pick<DecodeOptions, 'signal' | 'onProgress'> {
  readonly source: PlainFile
  /** Its path, for messages and programs. */
  readonly path: string
}

/** Is given what an archive decodes to, in its order; the bytes are lent until it returns, or what it returns settles. */
export type Use = (bytes: Uint8Array) => void | Promise<void>

/** One decoding to a file, for the formats. */
export interface Decoding extends Reading, Pick<DecodeOptions, 'limit'> {
  /** The empty file that the image goes to. */
  readonly fd: number
}

/** Calls `use` with a descriptor of the file that has a position of its own, for a program to read from. */
export async function withDescriptor<T>(path: string, use: (fd: number) => Promise<T>): Promise<T> {
  const fd = openSync(path, 'r')
  try {
    return await use(fd)
  } finally {
    closeSync(fd)
  }
}
