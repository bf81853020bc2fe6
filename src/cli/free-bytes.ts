import { statfsSync } from 'node:fs'
import { DirectoryTree } from '../tree/directory.ts'
import type { Tree } from '../tree/tree.ts'

/** What is free on the file system of a mounted partition, in bytes; `undefined` for a tree that is none. */
export function freeBytes(tree: Tree): number | undefined {
  if (!(tree instanceof DirectoryTree)) return undefined
  const { bavail, bsize } = statfsSync(tree.label)
  return bavail * bsize
}
