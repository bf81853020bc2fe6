import { MemoryTree } from '../../src/storage/tree/memory.ts'

/** What a path holds: the text of a file, with mode and owner where they matter, or a link. */
export type Sketch =
  | string
  | { text: string; mode?: number; uid?: number; gid?: number; capabilities?: readonly string[] }
  | { link: string }
  /** The mode of a directory. */
  | { directory: number }

/**
 * A tree from an object literal: `{ '/etc/hosts': 'text', '/etc/x': { link: '/y' }, '/etc/empty/': null }`.
 * Directories on the way are made; a name ending with `/` is a directory of its own.
 */
export function memoryTree(entries: Readonly<Record<string, Sketch | null>>): MemoryTree {
  const tree = new MemoryTree('memory')
  for (const [name, value] of Object.entries(entries)) {
    const path = name.endsWith('/') ? name.slice(0, -1) : name
    const parts = path.split('/').slice(1, value === null ? undefined : -1)
    parts.forEach((_, i) => {
      const parent = `/${parts.slice(0, i + 1).join('/')}`
      if (!tree.nodes.has(parent)) tree.nodes.set(parent, { kind: 'directory', mode: 0o755, uid: 0, gid: 0 })
    })
    if (value === null) continue
    if (typeof value !== 'string' && 'link' in value) {
      tree.nodes.set(path, { kind: 'symlink', target: value.link, uid: 0, gid: 0 })
    } else if (typeof value !== 'string' && 'directory' in value) {
      tree.nodes.set(path, { kind: 'directory', mode: value.directory, uid: 0, gid: 0 })
    } else {
      const { text, ...rest } = typeof value === 'string' ? { text: value } : value
      const content = new TextEncoder().encode(text)
      tree.nodes.set(path, { kind: 'file', content, mode: 0o644, uid: 0, gid: 0, ...rest })
    }
  }
  return tree
}

/** The text of a file operation's content. */
export function textOf(operation: { content: Uint8Array } | undefined): string {
  if (operation === undefined) throw new Error('no such operation')
  return new TextDecoder().decode(operation.content)
}
