import { spawnSync } from 'node:child_process'
import { constants } from 'node:fs'
import { unless } from '../../base/disk/disk.ts'
import { programEnvironment, programPath } from '../../base/process/find-program.ts'
import { at, type DescriptorWalk } from './descriptor-walk.ts'

/**
 * Copies ACLs, extended attributes and mode of the regular file at `path` to an open file; anything else at `path` has
 * nothing to copy. Node has no system call for the first two, and a native add-on for what nearly no file has would be
 * a poor trade: coreutils' cp(1), which every Linux has, does it. It gets the descriptors themselves, so that no path
 * can be swapped under it.
 */
export function copyAttributes(walk: DescriptorWalk, path: string, to: number): void {
  walk.inParent(path, (directory, name) => {
    const place = at(directory, name)
    if (unless(['ENOENT'], () => walk.disk.lstatSync(place))?.isFile() !== true) return
    const from = walk.disk.openSync(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      copy(from, to)
    } finally {
      walk.disk.closeSync(from)
    }
  })
}

function copy(from: number, to: number): void {
  const { error, status, stderr } = spawnSync(
    programPath('cp'),
    ['--attributes-only', '--preserve=mode,xattr', '/proc/self/fd/3', '/proc/self/fd/4'],
    { stdio: ['ignore', 'ignore', 'pipe', from, to], encoding: 'utf8', env: { ...programEnvironment(), LC_ALL: 'C' } },
  )
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`cp --attributes-only failed: ${stderr.trim()}`)
}
