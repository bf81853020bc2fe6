import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { assertInside, type Bytes, TruncatedError } from '../image/bytes.ts'

/** The bytes of a file that stays as it is while it is read. Close it when done. */
export class FileBytes implements Bytes {
  readonly size: number
  readonly fd: number

  constructor(path: string) {
    this.fd = openSync(path, 'r')
    this.size = fstatSync(this.fd).size
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = Buffer.allocUnsafe(length)
    this.readInto(bytes, offset)
    return bytes
  }

  /** Fills `into` with the bytes from `offset` on. */
  readInto(into: Uint8Array, offset: number): void {
    assertInside(offset, into.length, this.size)
    for (let done = 0; done < into.length; ) {
      const count = readSync(this.fd, into, done, into.length - done, offset + done)
      if (count === 0) throw new TruncatedError(offset, into.length, offset + done)
      done += count
    }
  }

  close(): void {
    closeSync(this.fd)
  }
}

/** Calls `use` with the bytes of the file at `path`, and closes it. */
export async function withFile<T>(path: string, use: (file: FileBytes) => T | Promise<T>): Promise<T> {
  const file = new FileBytes(path)
  try {
    return await use(file)
  } finally {
    file.close()
  }
}

/** The bytes from `start` to `end`, in pieces of at most `size`; the buffer of one is used again for the next. */
export function* pieces(file: FileBytes, start: number, end: number, size: number): Generator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(Math.min(size, end - start))
  for (let offset = start; offset < end; offset += size) {
    const piece = buffer.subarray(0, Math.min(size, end - offset))
    file.readInto(piece, offset)
    yield piece
  }
}

/** {@link pieces}, each in memory of its own: for who keeps them for a while. */
export function* copies(file: FileBytes, start: number, end: number, size: number): Generator<Uint8Array> {
  for (let offset = start; offset < end; offset += size) yield file.read(offset, Math.min(size, end - offset))
}
