import type { References } from './referenced-files.ts'
import { keysOf } from './referenced-keys.ts'
import type { FilledSpec } from './schema.ts'

type FilledCA = NonNullable<FilledSpec['ssh']['userCA']>

/** The keys of an authority, and for whom it speaks under which names: by default for every user, by the own name. */
export function resolveUserCA({ file, principals }: FilledCA, users: FilledSpec['users'], references: References) {
  return {
    keys: keysOf(file, ['ssh', 'userCA', 'file'], references),
    principals: new Map<string, readonly string[]>(
      principals === undefined ? users.map(({ name }) => [name, [name]]) : Object.entries(principals),
    ) as ReadonlyMap<string, readonly string[]>,
  }
}
