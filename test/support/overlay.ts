import type { Operation } from '../../src/core/plan/operation.ts'
import { OverlayTree } from '../../src/core/plan/overlay.ts'
import type { Target, Tree } from '../../src/storage/tree/tree.ts'

/** Both partitions as they will be when the operations are done. */
export function overlay(target: Target, operations: readonly Operation[]): Target {
  const of = (tree: Tree, partition: 'boot' | 'root') =>
    new OverlayTree(
      tree,
      operations.filter((operation) => operation.partition === partition),
    )
  return { root: of(target.root, 'root'), boot: target.boot && of(target.boot, 'boot') }
}
