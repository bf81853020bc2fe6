import { constants, type Stats } from 'node:fs'
import { TargetError } from '../errors.ts'
import { type Disk, errno, realDisk, unless } from './disk.ts'
import { readFully } from './file-io.ts'

/**
 * Reads a file that nobody named, which is there because an earlier run has left it: only what a run of this user, of
 * root or of the owner of the file that it lies beside can have left is believed, for in a folder that others may write
 * a stranger can lay one too. Links are not followed.
 *
 * @param beside whose word the file adds to: the image of a log, the spec of a lock
 * @returns undefined: it is not there
 * @throws TargetError when it is somebody else's
 */
export function readBelieved(path: string, beside: Stats, disk: Disk = realDisk): Uint8Array | undefined {
  return openBelieved(path, beside, disk)?.bytes
}

/** {@link readBelieved}, with owner and mode of what was read. */
export function openBelieved(path: string, beside: Stats, disk: Disk): { bytes: Uint8Array; stats: Stats } | undefined {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  try {
    const file = unless(['ENOENT'], () => disk.openSync(path, flags))
    if (file === undefined) return undefined
    try {
      const stats = disk.fstatSync(file)
      const reason = whyNotBelieved(stats, beside)
      if (reason !== undefined) throw notBelieved(path, reason)
      return { bytes: readFully(disk, file, 0, stats.size), stats }
    } finally {
      disk.closeSync(file)
    }
  } catch (error) {
    if (errno(error) === 'ELOOP') throw notBelieved(path, 'it is a link')
    throw error
  }
}

/** A clause; undefined: the file is believed as much as the one beside it. */
function whyNotBelieved(found: Stats, beside: Stats): string | undefined {
  if (!found.isFile()) return 'it is not a plain file'
  if (!mayChange(found.uid, beside)) return 'it belongs to another user'
  if (found.nlink > 1) return 'it has another name too'
  if ((found.mode & ~beside.mode & 0o022) !== 0) return 'other users may write it'
  return undefined
}

/** Whether a user's word on a file counts: the own one's, root's, its owner's. Windows has no numbers, and all are 0. */
export function mayChange(uid: number, file: Stats): boolean {
  return uid === 0 || uid === file.uid || uid === process.geteuid?.()
}

function notBelieved(path: string, reason: string): TargetError {
  return new TargetError(`${path} is not believed: ${reason}`, {
    hint: 'if no run of yours has left it, remove it; work in a folder that nobody else may write',
  })
}
