import { join } from 'node:path'
import { type Disk, realDisk, unless } from '../../base/disk/disk.ts'
import { isOfSystem } from './device-guards.ts'
import { type Device, listDevices } from './devices.ts'

/** A card of Raspberry Pi OS that is mounted, by a desktop for one. */
export interface MountedCard {
  readonly device: Device
  /** Where its partitions are mounted; undefined: that one is not. */
  readonly root: string | undefined
  readonly boot: string | undefined
}

/** By what is in them, as `choosePartitions` does; names and labels can be anything. */
const ROOT = ['etc/os-release', 'usr/lib/os-release']
const BOOT = ['config.txt', 'cmdline.txt']

/** All cards of which the boot partition of a Raspberry Pi is mounted, or which are removable and have a root mounted. */
export function mountedCards(disk: Disk = realDisk): MountedCard[] {
  const has = (point: string, name: string) =>
    unless(['ENOENT', 'ENOTDIR', 'EACCES', 'EIO'], () => disk.lstatSync(join(point, name))) !== undefined
  return listDevices(disk)
    .filter((device) => !isOfSystem(device))
    .map((device) => {
      const points = device.mounts.map(({ point }) => point)
      return {
        device,
        root: points.find((point) => ROOT.some((name) => has(point, name))),
        boot: points.find((point) => BOOT.every((name) => has(point, name))),
      }
    })
    .filter(({ device, root, boot }) => boot !== undefined || (device.isRemovable && root !== undefined))
}
