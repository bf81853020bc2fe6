import type { Operation } from '../../core/plan/operation.ts'
import { type NewEntry, ROOT } from '../../storage/tar/make.ts'

/** The entry that an operation leaves behind. */
export function newEntryOf(operation: Exclude<Operation, { kind: 'remove' }>, name: string): NewEntry {
  switch (operation.kind) {
    case 'file':
      return { name, type: 'file', mode: operation.mode, owner: operation.owner, content: operation.content }
    case 'directory':
      return { name: `${name}/`, type: 'directory', mode: operation.mode, owner: operation.owner }
    case 'symlink':
      return { name, type: 'symlink', mode: 0o777, owner: ROOT, target: operation.target }
  }
}
