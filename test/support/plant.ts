import { chmodSync, lchownSync, lutimesSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bytewise } from '../../src/base/order.ts'
import type { MemoryNode } from '../../src/storage/tree/memory.ts'

/** Who runs the tests owns what they plant: so they run without root too. */
export const me = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 }

const PLANTED = 1_600_000_000

export type Nodes = readonly (readonly [path: string, node: MemoryNode])[]

export const file = (content: string, mode = 0o644): MemoryNode => ({
  kind: 'file',
  content: new TextEncoder().encode(content),
  mode,
  ...me,
})
export const directory = (mode = 0o755): MemoryNode => ({ kind: 'directory', mode, ...me })
export const symlink = (target: string): MemoryNode => ({ kind: 'symlink', target, ...me })

/** Makes the nodes below a real directory, as they are in a `MemoryTree`. */
export function plant(where: string, nodes: Nodes): void {
  for (const [path, node] of [...nodes].sort(([a], [b]) => bytewise(a, b))) {
    const real = join(where, path)
    if (node.kind === 'directory') mkdirSync(real, { recursive: true })
    else if (node.kind === 'file') writeFileSync(real, node.content)
    else if (node.kind === 'symlink') symlinkSync(node.target, real)
    else throw new Error(`cannot plant a ${node.type}`)
    lchownSync(real, node.uid, node.gid)
    if (node.kind !== 'symlink') chmodSync(real, node.mode)
  }
  // Every time is the same, so that one that moves is seen; directories last, for what is made in them moves theirs.
  for (const path of ['', ...nodes.map(([p]) => p)]) lutimesSync(join(where, path), PLANTED, PLANTED)
}
