import { constants } from 'node:fs'
import { unless } from '../../base/disk/disk.ts'
import { TargetError } from '../../base/errors.ts'
import type { DescriptorWalk } from './descriptor-walk.ts'

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants

/**
 * Removes `name` and all it holds. Names are taken as bytes, for a tree may hold some that are not UTF-8.
 *
 * @throws TargetError at a mount inside it, whose content belongs to somebody else; {@link assertNoMount} finds it first
 */
export function removeTree(walk: DescriptorWalk, directory: number, name: string | Buffer): void {
  const { disk } = walk
  const path = below(directory, name)
  const stats = unless(['ENOENT'], () => disk.lstatSync(path))
  if (stats === undefined) return
  if (stats.isDirectory()) {
    eachIn(walk, path, (fd, child) => removeTree(walk, fd, child))
    disk.rmdirSync(path)
  } else disk.unlinkSync(path)
}

/** @throws TargetError when something is mounted in the directory `name`, at any depth */
export function assertNoMount(walk: DescriptorWalk, directory: number, name: string | Buffer): void {
  const path = below(directory, name)
  if (!walk.disk.lstatSync(path).isDirectory()) return
  eachIn(walk, path, (fd, child) => assertNoMount(walk, fd, child))
}

function eachIn(walk: DescriptorWalk, path: Buffer, visit: (fd: number, child: Buffer) => void): void {
  const { disk } = walk
  const fd = disk.openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  try {
    if (!walk.isSameMount(fd)) throw new TargetError(`${walk.label}: something is mounted in a directory to be removed`)
    for (const child of disk.readdirSync(`/proc/self/fd/${fd}`, { encoding: 'buffer' })) visit(fd, child)
  } finally {
    disk.closeSync(fd)
  }
}

function below(directory: number, name: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from(`/proc/self/fd/${directory}/`), Buffer.from(name as string)])
}
