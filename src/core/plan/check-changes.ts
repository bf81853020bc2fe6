import { TargetError } from '../../base/errors.ts'
import { type Partition, type PlacingTree, pathKey } from '../../storage/tree/tree.ts'
import { type Change, isSameState, obstacle, stateOf } from './state.ts'

/** A change that can be made, and the real path of what it changes. */
export interface Checked {
  readonly change: Change
  readonly path: string
}

/** A partition that is to be changed. */
export interface Changeable {
  readonly tree: PlacingTree
  /** @throws TargetError when what is at the real path `path` is also elsewhere, so that changing it here is not enough */
  assertAlone(path: string, where: string): void
}

/**
 * Checks that every change can be made as it was planned. Nothing is touched. What lies below a directory that is removed
 * as a whole is left out.
 *
 * @throws TargetError naming the path: it is not as it was planned, in the way, shared with another name, or its
 *   directory is missing
 */
export function checkChanges(
  partitionOf: (partition: Partition) => Changeable,
  changes: readonly Change[],
): readonly Checked[] {
  const checked: Checked[] = []
  const seen = new Map<string, string>()
  const made = new Set<string>()
  const taken: string[] = []
  for (const change of changes) {
    const { operation, before } = change
    const partition = partitionOf(operation.partition)
    const { tree } = partition
    const where = pathKey(operation)
    const path = tree.resolveParent(operation.path)
    const key = pathKey({ partition: operation.partition, path: tree.fat ? path.toLowerCase() : path })

    const now = stateOf(tree, operation.path)
    if (!isSameState(now, before)) throw changedSince(where)
    const inTheWay = obstacle(operation, now)
    if (inTheWay !== undefined) throw new TargetError(`${where} ${inTheWay}`)
    const other = seen.get(key)
    if (other !== undefined) throw new TargetError(`${where} and ${other} are the same file`)
    seen.set(key, where)
    if (taken.some((above) => key.startsWith(`${above}/`))) {
      if (operation.kind === 'remove') continue
      throw new TargetError(`${where} is to be written into a directory that is removed`)
    }
    if (!made.has(parentOf(key)) && tree.lstat(parentOf(path) || '/')?.kind !== 'directory') {
      throw new TargetError(`${where}: its directory is missing`)
    }
    partition.assertAlone(path, where)

    if (operation.kind === 'directory') made.add(key)
    if (operation.kind === 'remove') taken.push(key)
    checked.push({ change, path })
  }
  return checked
}

function changedSince(where: string): TargetError {
  return new TargetError(`${where} is not as it was when the plan was made: something else writes to the target`, {
    hint: 'see to it that nothing else does, and plan again',
  })
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}
