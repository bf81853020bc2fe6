import { visible } from '../encode/visible.ts'
import { pathKey } from '../plan/operation.ts'
import { type Change, differences } from '../plan/state.ts'
import type { Io } from './io.ts'

/** One line a path that is not as the plan says: in what it differs, and which spec line wants it. */
export function printDrift(io: Io, drift: readonly Change[]): void {
  for (const { operation, before } of drift) {
    const { position, key } = operation.origin
    const what = differences(operation, before).join(', ')
    io.stdout.write(
      `${visible(`${pathKey(operation)}  ${what}  (${position.file}:${position.line}:${position.column} ${key})`)}\n`,
    )
  }
}
