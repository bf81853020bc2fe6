import { digestOf } from '../../base/digest.ts'
import { bytewise } from '../../base/order.ts'
import { pathKey } from '../../storage/tree/tree.ts'
import type { Operation, RemoveOperation } from './operation.ts'

/**
 * The digest of what a plan leaves behind: kind, path, mode, owner and content of every file, directory and link. Of a
 * file with a secret the content does not count, for everybody may read the digest, and could hold guesses against it.
 * Removals leave nothing, and a second run has nothing to remove any more: they do not count, nor does what is undone in a file.
 */
export function planDigest(operations: readonly Operation[]): string {
  const lines = operations
    .filter((operation) => operation.kind !== 'remove')
    .filter((operation) => operation.kind !== 'file' || operation.undoes !== true)
    .map(
      (operation) => `${operation.kind} ${JSON.stringify(pathKey(operation))} ${resultOf(operation, shown(operation))}`,
    )
    .sort(bytewise)
  return digestOf(new TextEncoder().encode(lines.join('\n')))
}

function shown(operation: Operation): string {
  if (operation.kind !== 'file') return ''
  return operation.secret === true ? 'secret' : digestOf(operation.content)
}

/** Whether two operations leave the very same behind, secrets too. */
export function isSameResult(a: Operation, b: Operation): boolean {
  if (a.kind === 'remove') return b.kind === 'remove'
  return a.kind === b.kind && pathKey(a) === pathKey(b) && fullResult(a) === fullResult(b)
}

/**
 * What an operation leaves behind, secrets too: not to be shown.
 *
 * @internal exported for the tests
 */
export function fullResult(operation: Operation): string {
  if (operation.kind === 'remove') return ''
  return resultOf(operation, operation.kind === 'file' ? digestOf(operation.content) : '')
}

function resultOf(operation: Exclude<Operation, RemoveOperation>, content: string): string {
  if (operation.kind === 'symlink') return JSON.stringify(operation.target)
  const meta = `${operation.mode.toString(8)} ${operation.owner.uid}:${operation.owner.gid}`
  return operation.kind === 'directory' ? meta : `${meta} ${content}`
}
