import { type MemoryNode, MemoryTree } from '../../src/tree/memory.ts'

/** What a path of {@link treeOf} holds: a file's text alone, or its text with mode and owner. */
export type FileSketch = string | { text: string; mode?: number; uid?: number; gid?: number }

/** A tree from an object literal, directories made as needed: `{ '/etc/hostname': 'x\n' }`. A path ending in `/` is a directory. */
export function treeOf(files: Readonly<Record<string, FileSketch>>): MemoryTree {
  const nodes = new Map<string, MemoryNode>()
  for (const [path, sketch] of Object.entries(files)) {
    const parts = path.split('/').slice(1, -1)
    for (let i = 1; i <= parts.length; i += 1) {
      const directory = `/${parts.slice(0, i).join('/')}`
      if (!nodes.has(directory)) nodes.set(directory, { kind: 'directory', mode: 0o755, uid: 0, gid: 0 })
    }
    const { text, mode, uid = 0, gid = 0 } = typeof sketch === 'string' ? { text: sketch } : sketch
    if (path.endsWith('/')) {
      nodes.set(path.slice(0, -1), { kind: 'directory', mode: mode ?? 0o755, uid, gid })
    } else {
      nodes.set(path, { kind: 'file', content: new TextEncoder().encode(text), mode: mode ?? 0o644, uid, gid })
    }
  }
  return new MemoryTree('sketch', nodes)
}
