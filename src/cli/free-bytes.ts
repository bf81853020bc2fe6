import { statfsSync } from 'node:fs'
import { FileSystemTree } from '../storage/image/tree.ts'
import { DirectoryTree } from '../storage/tree/directory.ts'
import type { Tree } from '../storage/tree/tree.ts'

/** What is free on the file system of a partition, in bytes; `undefined`: the tree has none, as that of an archive. */
export function freeBytes(tree: Tree): number | undefined {
  if (tree instanceof FileSystemTree) return tree.free()
  if (!(tree instanceof DirectoryTree)) return undefined
  const { bavail, bsize } = statfsSync(tree.label)
  return bavail * bsize
}
