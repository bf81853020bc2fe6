import type { Operation } from '../../src/core/plan/operation.ts'
import type { MemoryNode } from '../../src/storage/tree/memory.ts'
import type { Partition } from '../../src/storage/tree/tree.ts'
import { origin } from './origin.ts'

/** The operation that makes `path` the given node; `undefined` removes it. */
export function operationOf(path: string, node: MemoryNode | undefined, partition: Partition = 'root'): Operation {
  const common = { partition, path, origin }
  if (node === undefined) return { ...common, kind: 'remove' }
  const owner = { uid: node.uid, gid: node.gid }
  switch (node.kind) {
    case 'file':
      return { ...common, kind: 'file', content: node.content, mode: node.mode, owner }
    case 'directory':
      return { ...common, kind: 'directory', mode: node.mode, owner }
    case 'symlink':
      return { ...common, kind: 'symlink', target: node.target }
    case 'other':
      throw new Error(`no operation makes a ${node.type}`)
  }
}
