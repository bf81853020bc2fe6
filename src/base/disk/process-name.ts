import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { type Disk, errno, unless } from './disk.ts'

/** What tells one process from all others. */
interface Identity {
  readonly pid: number
  /** When it started, in a form that only its own machine can compare; `0`: the machine does not say. */
  readonly start: string
  /** The host, the boot and the namespace of process numbers, each shortened; `0`: unknown. */
  readonly host: string
  readonly boot: string
  readonly space: string
}

const NAME = /^(\d+)-(\d+)-(\w+)-(\w+)-(\w+)$/

/** `PID-START-HOST-BOOT-SPACE`: a name for files that no other process gives, and that tells whose they are. */
export function ownProcessName(disk: Disk): string {
  const { pid, start, host, boot, space } = ownIdentity(disk)
  return [pid, start, host, boot, space].join('-')
}

/**
 * What a name by {@link ownProcessName} says of its process now; `undefined`: it is not such a name.
 *
 * A process of another machine or container cannot be asked and counts as alive; one of an earlier boot is gone.
 */
export function namedProcess(
  name: string,
  disk: Disk,
): { readonly pid: number; readonly mayBeAlive: boolean } | undefined {
  const [, pid, start, host, boot, space] = NAME.exec(name) ?? []
  if (pid === undefined || start === undefined || !host || !boot || !space) return undefined
  const identity = { pid: Number(pid), start, host, boot, space }
  return { pid: identity.pid, mayBeAlive: mayBeAlive(identity, ownIdentity(disk), disk) }
}

/** Field 22 of proc(5) stat; the command's name before it may hold spaces and brackets. */
export function startTime(stat: string): string {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

function ownIdentity(disk: Disk): Identity {
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

function mayBeAlive(other: Identity, self: Identity, disk: Disk): boolean {
  if (other.host !== self.host) return true
  if (other.boot !== self.boot) return false
  if (other.space !== self.space) return true
  if (!isRunning(other.pid)) return false
  const stat = unless(['ENOENT', 'ESRCH'], () => disk.readFileSync(`/proc/${other.pid}/stat`, 'utf8'))
  return stat === undefined || startTime(stat) === other.start
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errno(error) !== 'ESRCH'
  }
}

function short(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}
