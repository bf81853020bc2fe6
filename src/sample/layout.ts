import type { MemoryNode, MemoryTree } from '../storage/tree/memory.ts'

/** Path → what is there; `null`: nothing is there. Parent directories need not be named. */
export type Layout = Readonly<Record<string, MemoryNode | null>>

interface Attributes {
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
}

export function file(text: string, { mode = 0o644, uid = 0, gid = 0 }: Attributes = {}): MemoryNode {
  return { kind: 'file', content: new TextEncoder().encode(text), mode, uid, gid }
}

export function directory({ mode = 0o755, uid = 0, gid = 0 }: Attributes = {}): MemoryNode {
  return { kind: 'directory', mode, uid, gid }
}

export function link(target: string): MemoryNode {
  return { kind: 'symlink', target, uid: 0, gid: 0 }
}

/** Puts a layout into a memory tree: parents are made, what `null` names goes with all below it. */
export function lay(tree: MemoryTree, layout: Layout): void {
  for (const [path, node] of Object.entries(layout)) {
    if (node === null) {
      for (const key of [...tree.nodes.keys()]) if (key === path || key.startsWith(`${path}/`)) tree.nodes.delete(key)
      continue
    }
    for (let at = path.indexOf('/', 1); at !== -1; at = path.indexOf('/', at + 1)) {
      const parent = path.slice(0, at)
      if (!tree.nodes.has(parent)) tree.nodes.set(parent, directory())
    }
    tree.nodes.set(path, node)
  }
}
