import { join } from 'node:path'
import { packageRoot } from '../../src/base/host/assets.ts'
import type { Release } from '../../src/device/inspect/inventory.ts'
import { debianKernel, moduleFiles, packInitramfs, staticBusybox } from '../system/support/kernel.ts'
import type { Architecture } from '../system/support/recipe.ts'
import type { Machine } from './guest.ts'

/** What the initramfs has to load to reach the card; all else the device's own udev loads. */
const modules = ['virtio_pci', 'virtio_blk', 'ext4'] as const

/** A machine with the release's own kernel and `init.sh`. @param work where its initramfs is put together */
export function machineFor(
  release: Release,
  architecture: Architecture,
  ports: readonly number[],
  work: string,
): Machine {
  const kernel = debianKernel(release, architecture)
  const init = join(packageRoot, 'test/boot/init.sh')
  const lists = { root: moduleFiles(kernel, modules) }
  const initramfs = packInitramfs(work, init, staticBusybox(release, architecture), lists)
  return { architecture, kernel, initramfs, ports }
}
