import { closeSync, openSync } from 'node:fs'
import type { PlainFile } from '../image/plain-file.ts'
import { TargetError } from '../tree/tree.ts'
import { compressionOf } from './compression.ts'
import { decodeGz } from './decode-gz.ts'
import { decodeXz } from './decode-xz.ts'
import { decodeZst } from './decode-zst.ts'
import { sha256OfFile } from './hash-file.ts'
import { newFile } from './new-file.ts'
import { withFile } from './pieces.ts'
import { whileWrittenBack } from './write-back.ts'

/** So much is decoded before {@link DecodeOptions.limit} is asked. */
export const FIRST = 1024 * 1024

export interface DecodeOptions {
  /** Called once with the first MiB (less if there is less); gives the most bytes that the image may have. */
  readonly limit: (first: Uint8Array) => number
  readonly signal?: AbortSignal
  /** Bytes of work done and in all; the unit is the same for both. */
  readonly onProgress?: (done: number, total: number) => void
  /** Whether the SHA-256 of the archive is wanted. */
  readonly isHashed?: boolean
}

/** One decoding, for the formats. */
export interface Decoding extends Omit<DecodeOptions, 'isHashed'> {
  readonly source: PlainFile
  /** Its path, for messages and programs. */
  readonly path: string
  /** The empty file that the image goes to. */
  readonly fd: number
}

export interface Decoded {
  /** Of the archive, in hexadecimal; if it was asked for. */
  readonly sourceHash?: string
}

/**
 * Decodes the .xz, .zst or .gz file `source` (its first bytes say which) to the new file `destination`; zeros become
 * holes. If anything fails, `destination` is removed.
 *
 * @throws TargetError when the archive is damaged, truncated, has something behind its end, needs too much memory, or
 *   decodes to more than the limit; SpaceError when the disk is full; Interrupted on abort
 */
export async function decodeToFile(source: string, destination: string, options: DecodeOptions): Promise<Decoded> {
  const { isHashed = false, ...rest } = options
  return withFile(source, (file) =>
    newFile(destination, options.signal, async (fd) => {
      const stop = new AbortController()
      const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal])
      const hash = isHashed ? sha256OfFile(source, { signal }) : undefined
      // A failure of the decoder is the one to tell; the hash is then called off.
      hash?.catch(() => undefined)
      try {
        await whileWrittenBack(fd, () => decode({ ...rest, source: file, path: source, fd }))
        return hash === undefined ? {} : { sourceHash: await hash }
      } catch (error) {
        stop.abort()
        throw error
      }
    }),
  )
}

function decode(decoding: Decoding): Promise<void> {
  const { source, path } = decoding
  switch (compressionOf(source.read(0, Math.min(6, source.size)))) {
    case 'xz':
      return decodeXz(decoding)
    case 'zst':
      return decodeZst(decoding)
    case 'gz':
      return decodeGz(decoding)
    case 'none':
      throw new TargetError(`${path}: neither .xz nor .zst nor .gz, as its first bytes say`)
  }
}

/** @throws TargetError when an image of `size` bytes is more than the limit allows */
export function assertLimit(path: string, size: number, limit: number): void {
  if (size > limit) {
    throw new TargetError(`${path}: decodes to more than the ${limit} bytes that its partition table speaks of`)
  }
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
