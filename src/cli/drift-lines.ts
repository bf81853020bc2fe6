import { visible } from '../encode/visible.ts'
import { pathKey } from '../plan/operation.ts'
import { type Change, differences } from '../plan/state.ts'

/** One line a path that is not as the plan says: in what it differs, and which spec line wants it. */
export function driftLines(drift: readonly Change[]): string[] {
  return drift.map(({ operation, before }) => {
    const { position, key } = operation.origin
    const what = differences(operation, before).join(', ')
    return visible(`${pathKey(operation)}  ${what}  (${position.file}:${position.line}:${position.column} ${key})`)
  })
}
