import type { Stats } from 'node:fs'
import { hexDeviceNumber } from '../../base/disk/device-number.ts'
import { type Disk, realDisk, unless } from '../../base/disk/disk.ts'
import { namingFile } from '../../base/disk/file-errors.ts'
import { readMounts } from '../../base/disk/mountinfo.ts'
import { TargetError } from '../../base/errors.ts'

/** What says that there is nothing of the kind on this system. */
const MISSING = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EINVAL', 'ENXIO', 'ENODEV']

/**
 * Refuses an image that something else has in its hands. Linux tells of loop devices, of file systems that are mounted
 * from the file itself (FUSE) and of locks (qemu's among them); where it does not, and elsewhere, nothing is known and
 * nothing is refused. Another pibake is kept out by the lock of its own (`lock.ts`), everywhere.
 *
 * @throws TargetError naming who has it
 */
export function assertNotInUse(path: string, disk: Disk = realDisk): void {
  namingFile(path, 'examine', () => {
    const real = disk.realpathSync(path)
    const stats = disk.lstatSync(real)
    const user = loopDevice(stats, disk) ?? mount(real, disk) ?? lock(stats, disk)
    if (user === undefined) return
    throw new TargetError(`${path}: the image is in use: ${user}`, {
      hint: 'unmount or detach it, or stop the machine that runs from it',
    })
  })
}

/** Linux sysfs-block-loop: `backing_file` is the path of the file behind the device. */
function loopDevice(image: Stats, disk: Disk): string | undefined {
  const names = unless(MISSING, () => disk.readdirSync('/sys/block')) ?? []
  return names
    .filter((name) => name.startsWith('loop'))
    .filter((name) => {
      const backing = read(`/sys/block/${name}/loop/backing_file`, disk)?.replace(/\n$/, '')
      const stats = backing && unless(MISSING, () => disk.lstatSync(backing))
      return stats && stats.dev === image.dev && stats.ino === image.ino
    })
    .map((name) => `it is attached to /dev/${name}`)[0]
}

function mount(image: string, disk: Disk): string | undefined {
  const found = readMounts(disk).find(({ source }) => source === image)
  return found && `it is mounted at ${found.point}`
}

/** proc(5) locks: `1: OFDLCK ADVISORY WRITE -1 08:01:1234 0 EOF`; major and minor number in hex, then the inode. */
function lock(image: Stats, disk: Disk): string | undefined {
  for (const line of read('/proc/locks', disk)?.split('\n') ?? []) {
    const [, , , access, process, place] = line.split(/\s+/)
    if (place !== `${hexDeviceNumber(image.dev)}:${image.ino}`) continue
    return `process ${process} holds a ${access?.toLowerCase()} lock on it`
  }
  return undefined
}

function read(path: string, disk: Disk): string | undefined {
  return unless(MISSING, () => disk.readFileSync(path, 'utf8'))
}
