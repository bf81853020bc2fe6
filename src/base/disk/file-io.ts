import { TruncatedError } from '../errors.ts'
import type { Disk } from './disk.ts'

/**
 * Exactly `length` bytes of an open file; a system call may give fewer than it is asked for.
 *
 * @throws TruncatedError when the file ends before
 */
export function readFully(disk: Disk, file: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  fillFully(disk, file, offset, bytes)
  return bytes
}

/** {@link readFully} into memory that is there. */
export function fillFully(disk: Disk, file: number, offset: number, into: Uint8Array): void {
  for (let done = 0; done < into.length; ) {
    const count = disk.readSync(file, into, done, into.length - done, offset + done)
    if (count === 0) throw new TruncatedError(offset, into.length, offset + done)
    done += count
  }
}

/** Writes all of `bytes` to an open file; a system call may take fewer than it is given. */
export function writeFully(disk: Disk, file: number, offset: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    done += disk.writeSync(file, bytes, done, bytes.length - done, offset + done)
  }
}
