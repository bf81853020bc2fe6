import { TargetError } from '../../base/errors.ts'
import { bytewise } from '../../base/order.ts'
import type { Entry, Tree } from './tree.ts'
import { resolveInside, type Seen } from './walk.ts'

export type MemoryNode =
  | { kind: 'file'; content: Uint8Array; mode: number; uid: number; gid: number; capabilities?: readonly string[] }
  | { kind: 'directory'; mode: number; uid: number; gid: number }
  | { kind: 'symlink'; target: string; uid: number; gid: number }
  | { kind: 'other'; type: string; uid: number; gid: number }

/** A tree that lives in a map: the sample tree, overlays and tests. */
export class MemoryTree implements Tree {
  readonly label: string
  readonly nodes: Map<string, MemoryNode>

  constructor(label: string, nodes: Iterable<readonly [string, MemoryNode]> = []) {
    this.label = label
    this.nodes = new Map([['/', { kind: 'directory', mode: 0o755, uid: 0, gid: 0 }], ...nodes])
  }

  lstat(path: string): Entry | undefined {
    const node = this.nodes.get(this.place(path))
    if (node?.kind === 'file') {
      const { content, ...rest } = node
      return { ...rest, size: content.length }
    }
    return node
  }

  read(path: string): Uint8Array | undefined {
    const node = this.nodes.get(this.resolve(path))
    if (node === undefined) return undefined
    if (node.kind !== 'file') throw new TargetError(`${this.label}: ${path} is not a regular file (${node.kind})`)
    return node.content
  }

  list(path: string): readonly string[] {
    const directory = this.resolve(path)
    const prefix = directory === '/' ? '/' : `${directory}/`
    const names: string[] = []
    for (const key of this.nodes.keys()) {
      if (key !== '/' && key.startsWith(prefix) && !key.slice(prefix.length).includes('/')) {
        names.push(key.slice(prefix.length))
      }
    }
    return names.sort(bytewise)
  }

  resolve(path: string): string {
    return resolveInside(path, (p) => this.#seen(p), { last: true, label: this.label })
  }

  /** `path` with its directory part resolved, the last part as it is. */
  place(path: string): string {
    return resolveInside(path, (p) => this.#seen(p), { last: false, label: this.label })
  }

  /** A node may lie where no directory does: nothing is taken for missing. */
  #seen(path: string): Seen {
    return this.nodes.get(path) ?? { kind: 'directory' }
  }
}
