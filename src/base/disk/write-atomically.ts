import { closeSync, fchmodSync, fchownSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { SpaceError } from '../errors.ts'
import type { Owner } from '../owner.ts'
import { realDisk } from './disk.ts'
import { isOutOfSpace } from './file-errors.ts'
import { writeFully } from './file-io.ts'
import { temporaryBeside } from './temporary.ts'

/**
 * Writes a file so that it is whole or not there: beside its place, brought to the disk, renamed. What stood there is
 * replaced (a link itself, not what it leads to); after an error it still stands, and nothing is left beside it.
 *
 * @param content text is written as UTF-8
 * @param options.mode permission bits, whatever the umask; nobody else can read the file before it has them
 * @param options.owner without it, the file is the caller's
 * @throws SpaceError when there is no room
 */
export function writeAtomically(
  file: string,
  content: Uint8Array | string,
  options: { readonly mode: number; readonly owner?: Owner | undefined },
): void {
  const beside = temporaryBeside(file)
  try {
    const descriptor = openSync(beside, 'wx', 0o600)
    try {
      writeFully(realDisk, descriptor, 0, Buffer.from(content))
      if (options.owner !== undefined) fchownSync(descriptor, options.owner.uid, options.owner.gid)
      fchmodSync(descriptor, options.mode)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(beside, file)
  } catch (error) {
    rmSync(beside, { force: true })
    if (isOutOfSpace(error)) throw new SpaceError(`${file}: no space left for it`, { cause: error })
    throw error
  }
}
