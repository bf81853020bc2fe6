import { basename, dirname, join } from 'node:path'
import { readBelieved } from '../../base/disk/believed.ts'
import { type Disk, realDisk, unless } from '../../base/disk/disk.ts'
import { namingFile } from '../../base/disk/file-errors.ts'
import { readFully, writeFully } from '../../base/disk/file-io.ts'
import { assertPlainFile } from '../../base/disk/plain-file.ts'
import { TargetError, UnfinishedError } from '../../base/errors.ts'
import type { Extent } from './edit.ts'
import { decodeRedoLog, encodeRedoLog, fits, type RedoLog, sumsOf } from './redo-log.ts'

/** What a hole of a file is made of. */
const PAGE = 4096

/** An image and what lies beside it while it is being changed. */
interface Place {
  readonly path: string
  readonly image: string
  readonly log: string
  readonly newLog: string
  readonly disk: Disk
}

/**
 * Writes an edit into the image itself, so that a kill or a power cut at any moment leaves the old or the new image,
 * or the next {@link finishRedo} makes it the new one: the whole edit goes to `IMAGE.pibake-redo` first.
 *
 * The caller holds `lockImage`, has called {@link finishRedo}, and has read the extents from the image as it is now.
 *
 * What is written may be a secret: the image can then be read by its owner alone, as a new one is made.
 *
 * @returns what its owner should know, and what could not be cleared up; the image is the new one
 * @throws SpaceError, TargetError, or the error of a failing disk: the image is the old one. UnfinishedError when
 *   taking back failed too: the next {@link finishRedo} makes it the new one
 */
export function writeInPlace(
  path: string,
  extents: readonly Extent[],
  disk: Disk = realDisk,
): { readonly warnings: readonly string[] } {
  if (extents.length === 0) return { warnings: [] }
  return namingFile(path, 'write', () => {
    const place = placeOf(path, disk)
    if (isThere(place)) throw new TargetError(`${path}: an earlier edit was interrupted`)
    return withImage(place, (file, imageSize) => {
      const old = extents.map(({ offset, bytes }) => ({ offset, bytes: readFully(disk, file, offset, bytes.length) }))
      const logged = extents.map((extent, i) => ({ ...extent, before: sumsOf(old[i]?.bytes ?? new Uint8Array()) }))
      reserve(place, file, old)
      const { mode } = disk.fstatSync(file)
      makeLog(place, { imageSize, extents: logged })
      let warnings: string[]
      try {
        disk.renameSync(place.newLog, place.log)
        syncDirectory(place)
        warnings = keepToOwner(place, file)
        apply(place, file, extents)
      } catch (error) {
        takeBack(place, file, old, error)
        unless(NO_MODES, () => disk.fchmodSync(file, mode & 0o7777))
        throw error
      }
      return { warnings: [...warnings, ...clearUp(place)] }
    })
  })
}

/** Whether an earlier edit of the image was interrupted: what it holds now means nothing. */
export function isUnfinished(path: string, disk: Disk = realDisk): boolean {
  return namingFile(path, 'examine', () => isThere(placeOf(path, disk)))
}

/**
 * Ends what a killed {@link writeInPlace} began. The caller holds `lockImage`.
 *
 * @returns `none`: there is nothing to end; `finished`: the image is the new one; `dropped`: the log was not whole, so
 *   the image is the old one
 * @throws TargetError when the log is another user's or for another image, or this one was changed meanwhile: nothing is
 *   written
 */
export function finishRedo(path: string, disk: Disk = realDisk): 'none' | 'finished' | 'dropped' {
  return namingFile(path, 'finish the edit of', () => {
    const place = placeOf(path, disk)
    const bytes = readBelieved(place.log, disk.lstatSync(place.image), disk)
    unless(['ENOENT'], () => disk.unlinkSync(place.newLog))
    if (bytes === undefined) return 'none'
    const log = decodeRedoLog(bytes, path)
    if (log !== undefined) {
      withImage(place, (file, size) => {
        assertBelongs(place, file, size, log)
        keepToOwner(place, file)
        apply(place, file, log.extents)
      })
    }
    disk.unlinkSync(place.log)
    syncDirectory(place)
    return log === undefined ? 'dropped' : 'finished'
  })
}

function placeOf(path: string, disk: Disk): Place {
  const image = disk.realpathSync(path)
  const log = join(dirname(image), `${basename(image)}.pibake-redo`)
  return { path, image, log, newLog: `${log}.new`, disk }
}

function isThere({ log, disk }: Place): boolean {
  return unless(['ENOENT'], () => disk.lstatSync(log)) !== undefined
}

function withImage<T>({ image, path, disk }: Place, use: (file: number, size: number) => T): T {
  const file = disk.openSync(image, 'r+')
  try {
    const stats = disk.fstatSync(file)
    assertPlainFile(stats, path)
    return use(file, stats.size)
  } finally {
    disk.closeSync(file)
  }
}

/** A sparse image gets its room on the disk before anything changes: zeros are written where zeros are. */
function reserve({ disk }: Place, file: number, old: readonly Extent[]): void {
  for (const { offset, bytes } of old) {
    for (let at = 0; at < bytes.length; ) {
      let end = at
      while (end < bytes.length && isZero(bytes.subarray(end, end + PAGE))) end += PAGE
      if (end > at) writeFully(disk, file, offset + at, bytes.subarray(at, end))
      at = end + PAGE
    }
  }
}

const ZEROS = new Uint8Array(PAGE)

function isZero(page: Uint8Array): boolean {
  return Buffer.compare(page, ZEROS.subarray(0, page.length)) === 0
}

function makeLog({ newLog, disk }: Place, log: RedoLog): void {
  const bytes = encodeRedoLog(log)
  // It may hold secrets that are readable to root alone inside the image.
  const file = disk.openSync(newLog, 'wx', 0o600)
  try {
    writeFully(disk, file, 0, bytes)
    disk.fsyncSync(file)
  } catch (error) {
    // If this fails too, the next finishRedo removes it.
    unless(['ENOENT', 'EIO', 'ENOSPC', 'EROFS'], () => disk.unlinkSync(newLog))
    throw error
  } finally {
    disk.closeSync(file)
  }
}

function apply({ disk }: Place, file: number, extents: readonly Extent[]): void {
  for (const { offset, bytes } of extents) writeFully(disk, file, offset, bytes)
  disk.fsyncSync(file)
}

/** A file system without modes, or the file of somebody else. */
const NO_MODES = ['EPERM', 'ENOTSUP', 'ENOSYS', 'EROFS', 'EIO']

/** @returns a warning where others could read the image, or still can */
function keepToOwner({ path, disk }: Place, file: number): string[] {
  const { mode } = disk.fstatSync(file)
  if (process.platform === 'win32' || (mode & 0o077) === 0) return []
  unless(NO_MODES, () => disk.fchmodSync(file, mode & 0o700))
  const isShut = (disk.fstatSync(file).mode & 0o077) === 0
  const holds = 'it holds what is secret on the device, e.g. password hashes'
  return [isShut ? `${path} can be read by its owner alone now: ${holds}` : `${path} can be read by others: ${holds}`]
}

function takeBack(place: Place, file: number, old: readonly Extent[], error: unknown): void {
  const { disk, path } = place
  try {
    apply(place, file, old)
    for (const log of [place.newLog, place.log]) unless(['ENOENT'], () => disk.unlinkSync(log))
    syncDirectory(place)
  } catch (cause) {
    throw new UnfinishedError(
      `${path}: ${messageOf(error)}; taking it back failed too: ${messageOf(cause)}. The next call ends what was begun`,
      { cause },
    )
  }
}

/** The image is safe on the disk by now: what is left of the log is found to be done by the next call. */
function clearUp(place: Place): string[] {
  try {
    place.disk.unlinkSync(place.log)
    syncDirectory(place)
    return []
  } catch (error) {
    return [`${place.path}: the edit is done, but its log ${place.log} could not be removed: ${messageOf(error)}`]
  }
}

function assertBelongs({ path, log, disk }: Place, file: number, size: number, redo: RedoLog): void {
  const belongs =
    size === redo.imageSize &&
    redo.extents.every((extent) => fits(extent, readFully(disk, file, extent.offset, extent.bytes.length)))
  if (belongs) return
  throw new TargetError(`${path}: an earlier edit was interrupted, and the image was changed or replaced since`, {
    hint: `if this is a fresh image, remove ${log}; otherwise take a fresh one`,
  })
}

/** Brings names to the disk. Windows has no such call, and orders them itself. */
function syncDirectory({ image, disk }: Place): void {
  if (process.platform === 'win32') return
  const directory = disk.openSync(dirname(image), 'r')
  try {
    disk.fsyncSync(directory)
  } finally {
    disk.closeSync(directory)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
