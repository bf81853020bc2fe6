import type { Tree } from '../../storage/tree/tree.ts'

/** Whether every user of the device may read what is at a path, by its own mode and by the folders above it. */
export function isReadableByAll(tree: Tree, path: string): boolean {
  const entry = tree.lstat(path)
  if (entry === undefined || entry.kind !== 'file') return true
  return (entry.mode & 0o004) !== 0 && isOpenFolder(tree, path)
}

/** Whether every user may reach what is in the folder of a path; one that is not there yet is open. */
export function isOpenFolder(tree: Tree, path: string): boolean {
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    const folder = tree.lstat(tree.resolve(path.slice(0, at)))
    if (folder?.kind === 'directory' && (folder.mode & 0o001) === 0) return false
  }
  return true
}
