import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { Interrupted } from '../apply/errors.ts'
import { errno } from '../tree/disk.ts'
import { SpaceError } from '../tree/tree.ts'

/** What is baked holds password hashes and keys: it is its owner's alone, from the first byte on. */
export const PRIVATE = 0o600

/**
 * Makes the file at `path`, for its owner alone, which is not there yet, and lets `write` fill it. If that fails, the file is removed.
 *
 * @throws SpaceError when the disk is full, Interrupted when `signal` called the work off
 */
export async function newFile<T>(
  path: string,
  signal: AbortSignal | undefined,
  write: (fd: number) => Promise<T>,
): Promise<T> {
  throwIfAborted(signal)
  const fd = openSync(path, 'wx+', PRIVATE)
  let isDone = false
  try {
    const result = await write(fd)
    throwIfAborted(signal)
    isDone = true
    return result
  } catch (error) {
    if (signal?.aborted === true) throw new Interrupted()
    throw isFull(error) ? new SpaceError(`${path}: no space left`, { cause: error }) : error
  } finally {
    closeSync(fd)
    if (!isDone) rmSync(path)
  }
}

/** @throws Interrupted */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new Interrupted()
}

/** Writes all of `bytes` to `fd`, at `offset` or (without one) where the last write ended. */
export function writeAll(fd: number, bytes: Uint8Array, offset?: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(fd, bytes, done, bytes.length - done, offset === undefined ? null : offset + done)
  }
}

function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(errno(error) ?? '')
}
