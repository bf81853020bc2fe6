import { chmodSync, constants, copyFileSync, rmSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { PlainFile } from '../image/plain-file.ts'
import { newFile, PRIVATE, throwIfAborted } from './new-file.ts'
import { CACHED, withFile } from './pieces.ts'
import { SparseWriter } from './sparse-writer.ts'

/** Bytes that are read at once where somebody sees them: enough for a message. */
const SHOWN_PIECE = 1024 * 1024
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
    if (!isClone) return newFile(destination, options.signal, (fd) => copy(file, new SparseWriter(fd), options))
    try {
      chmodSync(destination, PRIVATE)
      if (options.onBytes !== undefined) await copy(file, undefined, options)
    } catch (error) {
      rmSync(destination)
      throw error
    }
  })
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
