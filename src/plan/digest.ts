import { createHash } from 'node:crypto'
import { bytewise } from '../order.ts'
import { type Operation, pathKey, type RemoveOperation } from './operation.ts'

/** `sha256:…` of bytes. */
export function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

/**
 * The digest of what a plan leaves behind: kind, path, mode, owner and content of every file, directory and link.
 * Removals leave nothing, and a second run has nothing to remove any more: they do not count.
 */
export function planDigest(operations: readonly Operation[]): string {
  const lines = operations
    .filter((operation) => operation.kind !== 'remove')
    .map((operation) => `${operation.kind} ${JSON.stringify(pathKey(operation))} ${resultOf(operation)}`)
    .sort(bytewise)
  return digestOf(new TextEncoder().encode(lines.join('\n')))
}

function resultOf(operation: Exclude<Operation, RemoveOperation>): string {
  if (operation.kind === 'symlink') return JSON.stringify(operation.target)
  const meta = `${operation.mode.toString(8)} ${operation.owner.uid}:${operation.owner.gid}`
  return operation.kind === 'directory' ? meta : `${meta} ${digestOf(operation.content)}`
}
