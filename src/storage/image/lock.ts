import type { Stats } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { mayChange } from '../../base/disk/believed.ts'
import { type Disk, realDisk, unless } from '../../base/disk/disk.ts'
import { namingFile } from '../../base/disk/file-errors.ts'
import { namedProcess, ownProcessName } from '../../base/disk/process-name.ts'
import { TargetError } from '../../base/errors.ts'

/** Of a removal. */
const FAILURES = ['EACCES', 'EDQUOT', 'EIO', 'ENOENT', 'ENOSPC', 'EPERM', 'EROFS']

/**
 * Makes this process the only pibake that changes the image, on every system: an empty file
 * `IMAGE.pibake-lock.PID-START-HOST-BOOT-SPACE` beside the image. The name says it all, so that nobody ever reads a
 * half-written lock, and no two processes make the same. Whoever has made one looks for others, and steps back if it
 * finds one that may be alive: of two that start at the same moment none or one goes on, never both. A dead one's is
 * removed, which can never hit a living one's.
 *
 * Node has no flock(2); a lock in the kernel would be one of Linux only, and none over the network.
 *
 * @returns gives the lock back
 * @throws TargetError when another pibake has the image
 */
export function lockImage(path: string, disk: Disk = realDisk): () => void {
  return namingFile(path, 'lock', () => {
    const image = disk.realpathSync(path)
    const directory = dirname(image)
    const prefix = `${basename(image)}.pibake-lock.`
    const own = join(directory, prefix + ownProcessName(disk))
    const made = unless(['EEXIST'], () => {
      disk.closeSync(disk.openSync(own, 'wx', 0o600))
      return own
    })
    if (made === undefined) throw busy(path, own, process.pid)
    const release = () => {
      // If it stays, it is soon that of a dead process, which the next one removes; what was done is done all the same.
      unless(FAILURES, () => disk.unlinkSync(own))
    }
    try {
      const stats = disk.lstatSync(image)
      for (const name of disk.readdirSync(directory)) {
        const lock = join(directory, name)
        if (!name.startsWith(prefix) || lock === own || !isLock(lock, stats, disk)) continue
        const other = namedProcess(name.slice(prefix.length), disk)
        if (other === undefined || other.mayBeAlive) throw busy(path, lock, other?.pid)
        unless(['ENOENT'], () => disk.unlinkSync(lock))
      }
    } catch (error) {
      release()
      throw error
    }
    return release
  })
}

/** One of somebody who may not write the image, in a folder that all may write, would keep its owner away for ever. */
function isLock(lock: string, image: Stats, disk: Disk): boolean {
  const owner = unless(['ENOENT'], () => disk.lstatSync(lock))?.uid
  return owner !== undefined && (mayChange(owner, image) || (image.mode & 0o022) !== 0)
}

function busy(path: string, lock: string, pid: number | undefined): TargetError {
  return new TargetError(`${path}: another pibake is at work on it${pid === undefined ? '' : ` (process ${pid})`}`, {
    hint: `wait for it to end; if it is long gone, remove ${lock}`,
  })
}
