import { TargetError } from '../../base/errors.ts'
import type { MemoryNode, MemoryTree } from '../../storage/tree/memory.ts'
import type { Target } from '../../storage/tree/tree.ts'
import type { Operation } from './operation.ts'
import { obstacle } from './state.ts'

/**
 * Carries the operations out on trees in memory, in the order given. An operation on a partition that is not at hand
 * is passed over.
 *
 * @throws TargetError when a parent directory is missing, or a directory stands where a file is to be (and vice versa)
 */
export function applyToMemory(target: Target<MemoryTree>, operations: readonly Operation[]): void {
  for (const operation of operations) {
    const tree = target[operation.partition]
    if (tree !== undefined) applyToTree(tree, operation)
  }
}

/** Carries one operation out on the tree, whatever its partition. */
export function applyToTree(tree: MemoryTree, operation: Operation): void {
  const path = tree.place(operation.path)
  const where = `${tree.label}: ${operation.path}`
  const inTheWay = obstacle(operation, tree.nodes.get(path) ?? { kind: 'absent' })
  if (inTheWay !== undefined) throw new TargetError(`${where} ${inTheWay}`)
  if (operation.kind === 'remove') {
    for (const key of [...tree.nodes.keys()]) if (key === path || key.startsWith(`${path}/`)) tree.nodes.delete(key)
    return
  }
  const parent = path.slice(0, path.lastIndexOf('/')) || '/'
  if (tree.nodes.get(parent)?.kind !== 'directory') throw new TargetError(`${where}: its directory is missing`)
  tree.nodes.set(path, nodeOf(operation))
}

function nodeOf(operation: Exclude<Operation, { kind: 'remove' }>): MemoryNode {
  switch (operation.kind) {
    case 'file':
      return { kind: 'file', content: operation.content, mode: operation.mode, ...operation.owner }
    case 'directory':
      return { kind: 'directory', mode: operation.mode, ...operation.owner }
    case 'symlink':
      return { kind: 'symlink', target: operation.target, uid: 0, gid: 0 }
  }
}
