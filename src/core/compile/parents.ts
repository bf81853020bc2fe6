import type { Target } from '../../storage/tree/tree.ts'
import { type Partition, pathKey } from '../../storage/tree/tree.ts'
import { type DirectoryOperation, directory, type Operation } from '../plan/operation.ts'

/**
 * The directories that operations need and that neither the image nor the plan has: 0755 root:root, for the reason of
 * the first operation that needs them. They are there once applied, so they do not count in the plan's digest.
 */
export function missingParents(
  target: { readonly [P in Partition]: Target[P] },
  operations: readonly Operation[],
): DirectoryOperation[] {
  const planned = new Set(operations.filter((o) => o.kind === 'directory').map(pathKey))
  const missing: DirectoryOperation[] = []
  for (const operation of operations) {
    const tree = target[operation.partition]
    if (operation.kind === 'remove' || tree === undefined) continue
    for (const path of ancestors(operation.path)) {
      const key = pathKey({ partition: operation.partition, path })
      if (planned.has(key) || tree.lstat(tree.resolve(path)) !== undefined) continue
      planned.add(key)
      missing.push(directory(path, { partition: operation.partition, origin: operation.origin }))
    }
  }
  return missing
}

/** `/a/b/c` → `/a`, `/a/b`. */
function ancestors(path: string): string[] {
  const parts = path.split('/').slice(1, -1)
  return parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`)
}
