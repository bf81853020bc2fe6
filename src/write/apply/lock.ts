import type { Disk } from '../../base/disk/disk.ts'
import { unless } from '../../base/disk/disk.ts'
import { startTime } from '../../base/disk/process-name.ts'
import { TargetError } from '../../base/errors.ts'
import { at } from '../../storage/tree/descriptor-walk.ts'

const LOCK = /^lock-(\d+)$/

/**
 * Makes this process the one that works on the target: a link `lock-N` whose target names the process. Making a link
 * is atomic and brings its content along. A dead owner's lock is not removed but outnumbered by `lock-(N+1)`: of two
 * processes that find it, one makes that link, and the other sees it.
 *
 * @param directory descriptor of the staging directory
 * @returns the link's name
 * @throws TargetError when another process works on the target
 */
export function acquire(disk: Disk, directory: number, label: string): string {
  const numbers = disk
    .readdirSync(`/proc/self/fd/${directory}`)
    .map((name) => Number(LOCK.exec(name)?.[1] ?? 0))
    .sort((a, b) => b - a)
  const last = numbers[0] ?? 0
  const owner = last > 0 ? disk.readlinkSync(at(directory, `lock-${last}`)) : undefined
  if (owner !== undefined && mayBeAlive(disk, owner)) throw busy(label, owner)
  const name = `lock-${last + 1}`
  const made = unless(['EEXIST', 'ENOENT'], () => {
    disk.symlinkSync(ownName(disk), at(directory, name))
    return name
  })
  if (made === undefined) throw busy(label, 'it started at the same moment')
  return made
}

function busy(label: string, owner: string): TargetError {
  return new TargetError(`${label}: another pibake is at work on it (${owner})`, {
    hint: 'wait for it to end; if it ran in a container that is gone, remove /.pibake-apply/lock-* from the partition',
  })
}

/** `PID-STARTTIME-PIDNAMESPACE-BOOT`: a process id alone is used again after a while, and means nothing elsewhere. */
function ownName(disk: Disk): string {
  const stat = disk.readFileSync('/proc/self/stat', 'utf8')
  return `${stat.split(' ', 1)[0]}-${startTime(stat)}-${place(disk)}`
}

function mayBeAlive(disk: Disk, owner: string): boolean {
  const [pid = '', start, ...elsewhere] = owner.split('-')
  const [ownSpace, ...ownBoot] = place(disk).split('-')
  const [space, ...boot] = elsewhere
  if (boot.join('-') !== ownBoot.join('-')) return false
  // A process of another container cannot be asked.
  if (space !== ownSpace) return true
  const stat = unless(['ENOENT', 'ESRCH'], () => disk.readFileSync(`/proc/${Number(pid)}/stat`, 'utf8'))
  return stat !== undefined && startTime(stat) === start
}

function place(disk: Disk): string {
  const space = /\d+/.exec(disk.readlinkSync('/proc/self/ns/pid'))?.[0] ?? ''
  return `${space}-${disk.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}`
}
