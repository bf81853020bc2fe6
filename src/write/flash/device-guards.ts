import { mediaSize } from '../../base/encode/media-size.ts'
import { shellWord } from '../../base/encode/shell-word.ts'
import { TargetError } from '../../base/errors.ts'
import type { Device, DevicePart } from './devices.ts'

/** What the caller allows beyond a removable device that nothing uses. */
export interface Allowed {
  /** Serials of devices that are not removable. */
  readonly forced: readonly string[]
  /** What is mounted of it will be unmounted before it is opened. */
  readonly unmount: boolean
}

/** Where a running system has its own. */
const SYSTEM = /^\/(?:boot(?:\/.*)?|usr|var|home|opt|srv|tmp|)$/

/** Whether the running system has something of its own on the device. */
export function isOfSystem({ mounts, isSwap }: Device): boolean {
  return isSwap || mounts.some(({ point }) => SYSTEM.test(point))
}

/** `/dev/sdb (SanDisk Ultra, 31.9 GB, serial 4C53)` */
export function deviceText({ path, model, size, serial }: Device): string {
  return `${path} (${[model, mediaSize(size), ...(serial === undefined ? [] : [`serial ${serial}`])].join(', ')})`
}

/**
 * Refuses a device that must not be overwritten, or cannot be.
 *
 * @param found what is at `path`; undefined: not a block device
 * @throws TargetError naming the device and what to do
 */
export function assertFlashable(
  path: string,
  found: Device | DevicePart | undefined,
  { forced, unmount }: Allowed,
): asserts found is Device {
  if (found === undefined) {
    throw new TargetError(`${path} is not a block device`, { hint: 'pibake doctor lists the cards that are there' })
  }
  if ('whole' in found) {
    throw new TargetError(`${path} is a partition, and a card is written whole`, { hint: `--to ${found.whole}` })
  }
  const text = deviceText(found)
  if (found.size === 0) throw new TargetError(`${path}: there is nothing in this reader`, { hint: 'put a card in' })
  if (isOfSystem(found)) {
    const system = found.mounts.find(({ point }) => SYSTEM.test(point))
    const what = system === undefined ? 'its swap space' : system.point
    throw new TargetError(`${text} holds this system: ${what} is on it`, {
      hint: 'look once more which one the card is',
    })
  }
  if (found.holders.length > 0) {
    throw new TargetError(`${text} is in use below ${found.holders.join(', ')} (LVM, RAID or encryption)`, {
      hint: 'stop what is built on it first, if it is the one that is meant',
    })
  }
  if (!found.isRemovable && (found.serial === undefined || !forced.includes(found.serial))) throw notRemovable(found)
  if (found.isReadOnly) {
    throw new TargetError(`${text} is write-protected`, { hint: 'look for the switch at the edge of the card' })
  }
  if (found.mounts.length > 0 && !unmount) {
    const points = found.mounts.map(({ point }) => shellWord(point)).join(' ')
    throw new TargetError(`${text} is mounted at ${found.mounts.map(({ point }) => point).join(', ')}`, {
      hint: `--unmount unmounts it first; or: umount ${points}`,
    })
  }
}

function notRemovable(device: Device): TargetError {
  const { serial } = device
  const hint =
    serial === undefined
      ? 'it has no serial that could name it; with another reader it may be one that can be pulled out'
      : `if it is meant all the same: --force-device ${shellWord(serial)}`
  return new TargetError(`${deviceText(device)} is not a card or stick that can be pulled out`, { hint })
}

/** @throws TargetError when an image of `size` bytes does not fit */
export function assertLargeEnough(device: Device, size: number): void {
  if (size <= device.size) return
  throw new TargetError(`${deviceText(device)} is too small: the image has ${mediaSize(size)}`, {
    hint: 'take a larger card',
  })
}

/** @throws TargetError unless `now` is the very device and medium that `before` was */
export function assertSameDevice(before: Device, now: Device | DevicePart | undefined): void {
  const keys = ['number', 'size', 'serial', 'sequence'] as const
  if (now !== undefined && !('whole' in now) && keys.every((key) => now[key] === before[key])) return
  throw new TargetError(`${before.path} is another card than a moment ago`, {
    hint: 'nothing was written; start again',
  })
}
