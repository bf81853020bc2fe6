import { join } from 'node:path'
import { deviceNumber } from '../../base/disk/device-number.ts'
import { type Disk, realDisk, unless } from '../../base/disk/disk.ts'
import { type Mount, readMounts } from '../../base/disk/mountinfo.ts'

/** What says that there is nothing of the kind. */
const MISSING = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EINVAL', 'ENXIO', 'ENODEV', 'EIO']

/** A whole disk, as Linux describes it in /sys, and what it is used for. */
export interface Device {
  /** `/dev/sdb` */
  readonly path: string
  readonly name: string
  /** `8:16` */
  readonly number: string
  /** In bytes; 0: there is nothing in the reader. */
  readonly size: number
  readonly model: string
  /** As `lsblk -o SERIAL` shows it; of a loop device the file behind it. */
  readonly serial: string | undefined
  /** Counts the media that were put into this reader since the start, where the kernel counts them. */
  readonly sequence: string | undefined
  /** A card or stick that is made to be pulled out; a disk that is merely plugged in is not. */
  readonly isRemovable: boolean
  readonly isReadOnly: boolean
  /** What is mounted of it, deepest first. */
  readonly mounts: readonly Mount[]
  /** Whether some of it is swap space. */
  readonly isSwap: boolean
  /** What lies above it: LVM, RAID, encryption. */
  readonly holders: readonly string[]
}

/** A block device that is a part of another one. */
export interface DevicePart {
  readonly path: string
  /** The whole: `/dev/sdb`. */
  readonly whole: string
}

/** Memory, optical discs, floppy discs, network and flash without a translation layer: nothing that an image is written to. */
const NEVER = /^(?:ram|zram|sr|fd|nbd|mtdblock|dm-|md)\d*/

/** All whole disks with something in them, by name. */
export function listDevices(disk: Disk = realDisk): Device[] {
  const host = hostOf(disk)
  return (unless(MISSING, () => disk.readdirSync('/sys/block')) ?? [])
    .filter((name) => !NEVER.test(name))
    .sort()
    .map((name) => deviceOf(name, host))
    .filter(({ size }) => size > 0)
}

/**
 * The device at a path; links are followed.
 *
 * @returns undefined when it is not a block device
 */
export function findDevice(path: string, disk: Disk = realDisk): Device | DevicePart | undefined {
  const real = unless(MISSING, () => disk.realpathSync(path))
  const stats = real === undefined ? undefined : unless(MISSING, () => disk.lstatSync(real))
  if (real === undefined || stats?.isBlockDevice() !== true) return undefined
  const place = unless(MISSING, () => disk.realpathSync(`/sys/dev/block/${deviceNumber(stats.rdev)}`))
  if (place === undefined) return undefined
  const name = (of: string) => of.slice(of.lastIndexOf('/') + 1)
  if (textAt(disk, join(place, 'partition')) !== undefined) return { path, whole: `/dev/${name(join(place, '..'))}` }
  return { ...deviceOf(name(place), hostOf(disk)), path: real }
}

/** What is read once for all devices. */
interface Host {
  readonly disk: Disk
  readonly mounts: readonly Mount[]
  /** Numbers of the devices that are swap space, or hold a file that is. */
  readonly swaps: readonly string[]
}

function hostOf(disk: Disk): Host {
  const numberOf = (path: string) => {
    const stats = unless(MISSING, () => disk.lstatSync(disk.realpathSync(path)))
    return stats && deviceNumber(stats.isBlockDevice() ? stats.rdev : stats.dev)
  }
  const mounts = readMounts(disk).flatMap((mount) => {
    // Of btrfs the number is made up; the source says which device it is.
    const number = mount.source.startsWith('/') ? numberOf(mount.source) : undefined
    return number === undefined || number === mount.number ? [mount] : [mount, { ...mount, number }]
  })
  const [, ...swaps] = (textAt(disk, '/proc/swaps') ?? '').split('\n')
  return { disk, mounts, swaps: swaps.flatMap((line) => numberOf(line.split(/\s/)[0] ?? '') ?? []) }
}

function deviceOf(name: string, { disk, mounts, swaps }: Host): Device {
  const place = `/sys/class/block/${name}`
  const text = (file: string) => textAt(disk, join(place, file))
  const number = text('dev') ?? ''
  const { numbers, holders } = familyOf(name, disk)
  const known = udevFacts(disk, number)
  return {
    path: `/dev/${name}`,
    name,
    number,
    // In sectors of 512 bytes, whatever the device's own are (Linux, Documentation/ABI/stable/sysfs-block).
    size: Number(text('size') ?? 0) * 512,
    model: modelOf(name, text),
    serial: known.ID_SERIAL_SHORT ?? serialOf(place, disk),
    sequence: text('diskseq'),
    // Of MMC, `removable` says nothing: a card that is soldered on has another type (Documentation/driver-api/mmc).
    isRemovable: text('removable') === '1' || text('device/type') === 'SD',
    isReadOnly: text('ro') === '1',
    mounts: mounts
      .filter((mount) => numbers.includes(mount.number))
      .filter(({ point }, index, all) => all.findIndex((other) => other.point === point) === index)
      .sort((a, b) => b.point.length - a.point.length),
    isSwap: swaps.some((swap) => numbers.includes(swap)),
    holders,
  }
}

/** A disk, its partitions, and all that the kernel has built on them: their numbers, and the names of the latter. */
function familyOf(name: string, disk: Disk): { numbers: string[]; holders: string[] } {
  const numbers: string[] = []
  const holders: string[] = []
  const seen = new Set<string>()
  const visit = (one: string) => {
    if (seen.has(one)) return
    seen.add(one)
    const place = `/sys/class/block/${one}`
    numbers.push(textAt(disk, join(place, 'dev')) ?? '')
    for (const inside of unless(MISSING, () => disk.readdirSync(place)) ?? []) {
      if (textAt(disk, join(place, inside, 'partition')) !== undefined) visit(inside)
    }
    for (const holder of unless(MISSING, () => disk.readdirSync(join(place, 'holders'))) ?? []) {
      holders.push(holder)
      visit(holder)
    }
  }
  visit(name)
  return { numbers: numbers.filter((number) => number !== ''), holders }
}

function modelOf(name: string, text: (file: string) => string | undefined): string {
  if (name.startsWith('loop')) return 'loop device'
  const words = [text('device/vendor'), text('device/model') ?? text('device/name')]
  return words.filter((word) => word !== undefined && word !== '').join(' ') || 'unknown model'
}

/** Where the kernel itself has it: of MMC, NVMe and virtio beside the device, of USB further up. */
function serialOf(place: string, disk: Disk): string | undefined {
  const own = ['device/serial', 'serial', 'loop/backing_file'].map((file) => textAt(disk, join(place, file)))
  const found = own.find((text) => text !== undefined && text !== '')
  if (found !== undefined) return found
  let folder = unless(MISSING, () => disk.realpathSync(place)) ?? '/'
  for (; folder !== '/' && folder !== '/sys'; folder = join(folder, '..')) {
    if (textAt(disk, join(folder, 'idVendor')) !== undefined) return textAt(disk, join(folder, 'serial'))
  }
  return undefined
}

/** What udev has found out, as lsblk reads it (libudev; `E:NAME=VALUE`). */
function udevFacts(disk: Disk, number: string): Readonly<Record<string, string>> {
  const lines = (textAt(disk, `/run/udev/data/b${number}`) ?? '').split('\n')
  return Object.fromEntries(lines.flatMap((line) => [/^E:(\w+)=(.+)$/.exec(line)?.slice(1) ?? []]).filter(isPair))
}

const isPair = (pair: readonly string[]): pair is [string, string] => pair.length === 2

function textAt(disk: Disk, path: string): string | undefined {
  return unless(MISSING, () => disk.readFileSync(path, 'utf8'))?.trim()
}
