import { ReadBackError } from '../../base/errors.ts'
import { changesOf } from '../../core/plan/changes.ts'
import type { Operation } from '../../core/plan/operation.ts'
import { differences } from '../../core/plan/state.ts'
import type { Target } from '../../storage/tree/tree.ts'
import { pathKey } from '../../storage/tree/tree.ts'

/**
 * Looks whether a target shows what was written to it.
 *
 * @throws ReadBackError naming what does not read back
 */
export function assertReadsBack(target: Target, operations: readonly Operation[]): void {
  const left = changesOf(target, operations)
  if (left.length === 0) return
  const lines = left.map(
    ({ operation, before }) => `${pathKey(operation)} (${differences(operation, before).join(', ')})`,
  )
  throw new ReadBackError(`what was written does not read back: ${lines.join(', ')}`)
}
