import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { attempt } from '../../test/system/support/run.ts'
import { EXT4, FAT } from '../base.ts'
import { staged, stepsOn, type Work, writeScript } from '../work.ts'
import { mtoolsLines } from './mtools.ts'

/**
 * A shell script, for root, that makes the changes through the kernel: the partition mounted by a loop device, paths
 * removed, the new ones out of a tar with their owners, modes and times, unmounted, the image synced. The FAT by mtools
 * where the kernel has no vfat. To be run in a mount namespace of its own, which unmounts what a failure leaves.
 */
export function loopMountScript(work: Work, image: string): string {
  const mounted = join(work.folder, 'mounted')
  mkdirSync(mounted, { recursive: true })
  const mount = ({ start, size }: typeof FAT) => `mount -o loop,offset=${start},sizelimit=${size} ${image} ${mounted}`
  const at = (path: string) => `'${mounted}${path}'`
  const removed = stepsOn(work, 'root').filter(({ operation }) => operation.kind === 'remove')
  const boot = stepsOn(work, 'boot').map(({ operation }) =>
    operation.kind === 'file'
      ? `cp --preserve=timestamps '${staged(work, operation)}' ${at(operation.path)}`
      : `rm ${at(operation.path)}`,
  )
  return writeScript(work, 'loop-mount.sh', [
    mount(EXT4),
    ...removed.map(({ operation }) => `rm ${at(operation.path)}`),
    `tar --extract --numeric-owner --file ${join(work.folder, 'root.tar')} --directory ${mounted}`,
    `umount ${mounted}`,
    ...(kernelHasVfat() ? [mount(FAT), ...boot, `umount ${mounted}`] : mtoolsLines(work, image)),
    `sync ${image}`,
  ])
}

function kernelHasVfat(): boolean {
  return attempt(['sh', '-c', 'modprobe --quiet vfat; grep --quiet --word-regexp vfat /proc/filesystems']).status === 0
}
