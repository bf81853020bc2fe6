import { closeSync, openSync, rmSync } from 'node:fs'
import { Interrupted, SpaceError } from '../errors.ts'
import { realDisk } from './disk.ts'
import { isOutOfSpace } from './file-errors.ts'
import { writeFully } from './file-io.ts'

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
    throw isOutOfSpace(error) ? new SpaceError(`${path}: no space left`, { cause: error }) : error
  } finally {
    closeSync(fd)
    if (!isDone) rmSync(path)
  }
}

/** @throws Interrupted */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new Interrupted()
}

/**
 * Gives a function that writes to an empty file, each time behind what it wrote before.
 *
 * @param onBytes sees what was written
 */
export function appender(fd: number, onBytes?: (bytes: Uint8Array) => void): (bytes: Uint8Array) => void {
  let size = 0
  return (bytes) => {
    writeFully(realDisk, fd, size, bytes)
    size += bytes.length
    onBytes?.(bytes)
  }
}
