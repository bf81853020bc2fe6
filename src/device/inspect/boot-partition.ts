import { TargetError } from '../../base/errors.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { exchanged, wherePartition } from './partition-hints.ts'

/**
 * Makes sure that `boot` is the FAT partition the firmware reads, not one of the places that look like it.
 *
 * @throws TargetError saying what it is instead
 */
export function assertBootPartition(boot: Tree): void {
  const names = boot.list('/').map((name) => name.toLowerCase())
  if (names.length === 0) {
    throw new TargetError(
      boot.holder === undefined
        ? `${boot.label} is empty: the boot partition is not mounted there`
        : `${boot.label}: the boot partition is empty`,
      {
        hint: wherePartition('boot', boot),
      },
    )
  }
  if (names.includes('boot.img')) {
    throw new TargetError(`${boot.label} holds boot.img: with signed boot the firmware reads nothing else of it`, {
      hint: 'harden the files before boot.img is built and signed',
    })
  }
  if (boot.read('/etc/passwd') !== undefined) {
    throw new TargetError(`${boot.label} is a root file system, not a boot partition`, {
      hint: exchanged('boot', boot),
    })
  }
  const cmdline = boot.read('/cmdline.txt')
  if (cmdline === undefined || boot.read('/config.txt') === undefined) {
    throw new TargetError(`${boot.label} is not a boot partition: it lacks cmdline.txt or config.txt`, {
      hint: wherePartition('boot', boot),
    })
  }
  if (!/(?:^|\s)root=\S/.test(new TextDecoder().decode(cmdline))) {
    throw new TargetError(`${boot.label}: cmdline.txt names no root=; this is not the file that the firmware reads`, {
      hint: `/boot on the root partition holds such a file as a decoy; ${wherePartition('boot', boot)}`,
    })
  }
}

/** @throws TargetError when the image mounts its FAT partition elsewhere than at /boot/firmware */
export function assertFirmwareLayout(root: Tree): void {
  const fstab = new TextDecoder().decode(root.read('/etc/fstab') ?? new Uint8Array())
  const mounts = fstab.split('\n').flatMap((line) => (/^\s*#/.test(line) ? [] : [line.trim().split(/\s+/)[1]]))
  if (mounts.includes('/boot') && !mounts.includes('/boot/firmware')) {
    throw new TargetError(`${root.label} mounts its boot partition at /boot, not at /boot/firmware`, {
      hint: 'an upgraded Bullseye has that layout; start from an image of Bookworm or Trixie',
    })
  }
}
