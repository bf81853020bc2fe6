import { file, lay } from '../../src/sample/layout.ts'
import type { MemoryTree } from '../../src/storage/tree/memory.ts'
import type { Tree } from '../../src/storage/tree/tree.ts'

/** The text of a file in a tree; fails when there is none. */
export function textOf(tree: Tree, path: string): string {
  const bytes = tree.read(path)
  if (bytes === undefined) throw new Error(`${tree.label} has no ${path}`)
  return new TextDecoder().decode(bytes)
}

/** Writes a text file into a memory tree; mode and owner stay as they were. */
export function write(tree: MemoryTree, path: string, text: string): void {
  const node = tree.nodes.get(path)
  lay(tree, { [path]: file(text, node?.kind === 'file' ? node : {}) })
}

/** Takes paths, and all below them, out of a memory tree. */
export function remove(tree: MemoryTree, ...paths: string[]): void {
  lay(tree, Object.fromEntries(paths.map((path) => [path, null])))
}
