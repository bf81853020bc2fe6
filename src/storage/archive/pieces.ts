import type { Bytes } from '../../base/bytes/bytes.ts'
import { PlainFile } from '../../base/disk/plain-file.ts'

/** Bytes that are copied at once: what stays in the processor's cache until it is written. */
export const CACHED = 256 * 1024

/** Calls `use` with the file at `path`, and closes it. */
export async function withFile<T>(path: string, use: (file: PlainFile) => T | Promise<T>): Promise<T> {
  const file = new PlainFile(path)
  try {
    return await use(file)
  } finally {
    file.close()
  }
}

/** The bytes from `start` to `end`, in pieces of at most `size`; the buffer of one is used again for the next. */
export function* pieces(file: PlainFile, start: number, end: number, size: number): Generator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(Math.min(size, end - start))
  for (let offset = start; offset < end; offset += size) {
    const piece = buffer.subarray(0, Math.min(size, end - offset))
    file.readInto(piece, offset)
    yield piece
  }
}

/** {@link pieces}, each in memory of its own: for who keeps them for a while; the bytes must give copies. */
export function* copies(file: Bytes, start: number, end: number, size: number): Generator<Uint8Array> {
  for (let offset = start; offset < end; offset += size) yield file.read(offset, Math.min(size, end - offset))
}
