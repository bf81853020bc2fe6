import { createHash } from 'node:crypto'
import { bytewise } from '../order.ts'
import { type Operation, pathKey } from './operation.ts'

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
    .flatMap((operation) => {
      const place = `${operation.kind} ${JSON.stringify(pathKey(operation))}`
      switch (operation.kind) {
        case 'file':
          return [`${place} ${meta(operation)} ${digestOf(operation.content)}`]
        case 'directory':
          return [`${place} ${meta(operation)}`]
        case 'symlink':
          return [`${place} ${JSON.stringify(operation.target)}`]
        case 'remove':
          return []
      }
    })
    .sort(bytewise)
  return digestOf(new TextEncoder().encode(lines.join('\n')))
}

function meta(operation: { mode: number; owner: { uid: number; gid: number } }): string {
  return `${operation.mode.toString(8)} ${operation.owner.uid}:${operation.owner.gid}`
}
