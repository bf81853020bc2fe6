import { isDeepStrictEqual } from 'node:util'
import { type Partition, pathKey } from '../plan/operation.ts'
import { type Change, obstacle, stateOf } from '../plan/state.ts'
import { type PlacingTree, TargetError } from '../tree/tree.ts'

/** A change, and the real path it is made at. */
export interface Placed {
  readonly change: Change
  readonly path: string
}

/**
 * Finds the real path of every change and checks that it can be made there. What is removed with its directory is left
 * out. Nothing is touched.
 *
 * @param treeOf the tree of a partition that has changes
 * @throws TargetError naming the path: it is not as it was planned, in the way, planned twice, below something that is
 *   removed, or its directory is missing
 */
export function placesOf(treeOf: (partition: Partition) => PlacingTree, changes: readonly Change[]): Placed[] {
  const placed: Placed[] = []
  const seen = new Map<string, string>()
  const made = new Set<string>()
  const taken: string[] = []
  for (const change of changes) {
    const { operation, before } = change
    const tree = treeOf(operation.partition)
    const where = pathKey(operation)
    const path = tree.place(operation.path)
    const key = pathKey({ partition: operation.partition, path: tree.fat ? path.toLowerCase() : path })

    const now = stateOf(tree, operation.path)
    if (!isDeepStrictEqual(now, before)) throw changedSince(where)
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

    if (operation.kind === 'directory') made.add(key)
    if (operation.kind === 'remove') taken.push(key)
    placed.push({ change, path })
  }
  return placed
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}

function changedSince(where: string): TargetError {
  return new TargetError(`${where} is not as it was when the plan was made: something else writes to the target`, {
    hint: 'see to it that nothing else does, and plan again',
  })
}
