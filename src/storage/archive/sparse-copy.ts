import { chmodSync, constants, copyFileSync, ftruncateSync, rmSync, statSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { newFile, PRIVATE, throwIfAborted } from '../../base/disk/new-file.ts'
import type { PlainFile } from '../../base/disk/plain-file.ts'
import { Interrupted } from '../../base/errors.ts'
import { hasProgram, start } from '../../base/process/program.ts'
import { CACHED, withFile } from './pieces.ts'
import { SparseWriter } from './sparse-writer.ts'

/** Bytes that are read at once where somebody sees them: enough for a message. */
const SHOWN_PIECE = 1024 * 1024
/** Milliseconds between two looks at how far a program has come. */
const SHOWN_EVERY = 200
/** Pieces that are lent at a time, so that whoever sees them works beside the copy. */
const LENT = 4

export interface CopyOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
  /**
   * Sees all of the image in the same pass; the bytes, in shared memory, are lent until it returns, or until what it
   * returns settles. It may be called again before that.
   */
  readonly onBytes?: (bytes: Uint8Array, offset: number) => void | Promise<void>
}

/**
 * Copies an image to the new file `destination`: as a clone, which shares its blocks on the disk, where the file system
 * can do that; else byte by byte, with holes for zeros. If it fails, `destination` is removed.
 *
 * @throws SpaceError when the disk is full, Interrupted on abort
 */
export async function copyImage(source: string, destination: string, options: CopyOptions = {}): Promise<void> {
  throwIfAborted(options.signal)
  const isClone = clone(source, destination)
  await withFile(source, async (file) => {
    if (!isClone) return newFile(destination, options.signal, (fd) => copyInto({ file, destination, fd }, options))
    try {
      chmodSync(destination, PRIVATE)
      if (options.onBytes !== undefined) await copy(file, undefined, options)
    } catch (error) {
      rmSync(destination)
      throw error
    }
  })
}

/** Reads all of an image, for {@link CopyOptions.onBytes}. @throws Interrupted on abort */
export function readImage(source: string, options: CopyOptions): Promise<void> {
  return withFile(source, (file) => copy(file, undefined, options))
}

/** Whether it could be done. */
function clone(source: string, destination: string): boolean {
  try {
    copyFileSync(source, destination, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL)
    return true
  } catch {
    // Whatever is wrong with the files themselves, copying meets too, and tells.
    return false
  }
}

async function copyInto(
  { file, destination, fd }: { file: PlainFile; destination: string; fd: number },
  options: CopyOptions,
): Promise<void> {
  if (options.onBytes === undefined && (await copyByProgram(file, destination, options))) return
  ftruncateSync(fd)
  await copy(file, new SparseWriter(fd), options)
}

/**
 * By GNU's cp, which knows where a sparse file has no data (SEEK_DATA in lseek(2), which Node.js cannot ask): a card of
 * 32 GB with 1 GB on it takes the time of 1 GB.
 *
 * @returns whether it could be done; whatever was wrong, copying byte by byte meets too, and tells
 * @throws Interrupted
 */
async function copyByProgram(file: PlainFile, destination: string, options: CopyOptions): Promise<boolean> {
  if (process.platform !== 'linux' || !hasProgram('cp')) return false
  const args = ['--sparse=always', '--reflink=never', '--no-preserve=all', '--', file.path, destination]
  const progress = setInterval(() => options.onProgress?.(statSync(destination).size, file.size), SHOWN_EVERY)
  try {
    await start('cp', args, { about: destination, stdio: ['ignore', 'ignore', 'pipe'], signal: options.signal }).ended
    return true
  } catch (error) {
    if (error instanceof Interrupted) throw error
    return false
  } finally {
    clearInterval(progress)
  }
}

async function copy(file: PlainFile, writer: SparseWriter | undefined, options: CopyOptions): Promise<void> {
  const { onBytes, signal, onProgress } = options
  const slots = Array.from({ length: onBytes === undefined ? 1 : LENT }, () => ({
    // Shared, so that threads read it where it is.
    piece: Buffer.from(new SharedArrayBuffer(onBytes === undefined ? CACHED : SHOWN_PIECE)),
    free: Promise.resolve(),
  }))
  for (let offset = 0, turn = 0; offset < file.size; turn++) {
    const slot = slots[turn % slots.length] as (typeof slots)[number]
    await slot.free
    const bytes = slot.piece.subarray(0, file.size - offset)
    file.readInto(bytes, offset)
    writer?.write(bytes)
    slot.free = onBytes?.(bytes, offset) ?? setImmediate()
    // A failure is met when its turn comes.
    slot.free.catch(() => undefined)
    throwIfAborted(signal)
    offset += bytes.length
    onProgress?.(offset, file.size)
  }
  for (const { free } of slots) await free
  writer?.finish()
}
