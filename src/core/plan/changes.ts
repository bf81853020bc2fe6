import type { Target } from '../../storage/tree/tree.ts'
import type { Operation } from './operation.ts'
import { type Change, differs, stateAt } from './state.ts'

/** The operations that the target does not show yet, in the plan's order, each with what is there now. */
export function changesOf(target: Target, operations: readonly Operation[]): Change[] {
  return operations
    .map((operation) => ({ operation, before: stateAt(target, operation) }))
    .filter(({ operation, before }) => differs(operation, before))
}
