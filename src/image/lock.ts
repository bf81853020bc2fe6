import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { startTime } from '../apply/lock.ts'
import { type Disk, errno, realDisk, unless } from '../tree/disk.ts'
import { TargetError } from '../tree/tree.ts'
import { told } from './told.ts'

/** What tells one process from all others; all of it is in the name of the lock. */
interface Owner {
  readonly pid: number
  /** When it started, in a form that only its own machine can compare; `0`: the machine does not say. */
  readonly start: string
  /** The host, the boot and the namespace of process numbers, each shortened; `0`: unknown. */
  readonly host: string
  readonly boot: string
  readonly space: string
}

const NAME = /^(\d+)-(\d+)-(\w+)-(\w+)-(\w+)$/

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
  return told(path, 'lock', () => {
    const image = disk.realpathSync(path)
    const directory = dirname(image)
    const prefix = `${basename(image)}.pibake-lock.`
    const self = ownerOfThis(disk)
    const own = join(directory, prefix + nameOf(self))
    const made = unless(['EEXIST'], () => {
      disk.closeSync(disk.openSync(own, 'wx', 0o600))
      return own
    })
    if (made === undefined) throw busy(path, own, self)
    const release = () => disk.unlinkSync(own)
    try {
      for (const name of disk.readdirSync(directory)) {
        if (!name.startsWith(prefix) || join(directory, name) === own) continue
        const other = parse(name.slice(prefix.length))
        const lock = join(directory, name)
        if (other === undefined || mayBeAlive(other, self, disk)) throw busy(path, lock, other)
        unless(['ENOENT'], () => disk.unlinkSync(lock))
      }
    } catch (error) {
      release()
      throw error
    }
    return release
  })
}

function ownerOfThis(disk: Disk): Owner {
  const stat = unless(['ENOENT'], () => disk.readFileSync('/proc/self/stat', 'utf8'))
  const boot = unless(['ENOENT'], () => disk.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))
  const space = unless(['ENOENT'], () => disk.readlinkSync('/proc/self/ns/pid'))
  return {
    pid: process.pid,
    start: stat === undefined ? '0' : startTime(stat),
    host: short(hostname()),
    boot: boot === undefined ? '0' : short(boot),
    space: space === undefined ? '0' : short(space),
  }
}

/** A process of another machine or container cannot be asked; one of an earlier boot is gone. */
function mayBeAlive(owner: Owner, self: Owner, disk: Disk): boolean {
  if (owner.host !== self.host) return true
  if (owner.boot !== self.boot) return false
  if (owner.space !== self.space) return true
  if (!isRunning(owner.pid)) return false
  const stat = unless(['ENOENT', 'ESRCH'], () => disk.readFileSync(`/proc/${owner.pid}/stat`, 'utf8'))
  return stat === undefined || startTime(stat) === owner.start
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errno(error) !== 'ESRCH'
  }
}

function nameOf({ pid, start, host, boot, space }: Owner): string {
  return [pid, start, host, boot, space].join('-')
}

function parse(name: string): Owner | undefined {
  const [, pid, start, host, boot, space] = NAME.exec(name) ?? []
  if (pid === undefined || start === undefined || !host || !boot || !space) return undefined
  return { pid: Number(pid), start, host, boot, space }
}

function short(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}

function busy(path: string, lock: string, owner: Owner | undefined): TargetError {
  return new TargetError(`${path}: another pibake is at work on it${owner ? ` (process ${owner.pid})` : ''}`, {
    hint: `wait for it to end; if it is long gone, remove ${lock}`,
  })
}
