import { chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Operation } from '../../../src/core/plan/operation.ts'

/** Carries out what one control wants on a root, for a judge that wants to see it alone. The root is trusted here. */
export function writeOperations(root: string, operations: readonly Operation[] = []): void {
  for (const operation of operations) {
    if (operation.partition !== 'root') continue
    const path = join(root, operation.path)
    if (operation.kind !== 'directory') rmSync(path, { force: true, recursive: true })
    if (operation.kind === 'remove') continue
    mkdirSync(dirname(path), { recursive: true })
    if (operation.kind === 'symlink') {
      symlinkSync(operation.target, path)
      continue
    }
    if (operation.kind === 'directory') mkdirSync(path, { recursive: true, mode: operation.mode })
    else writeFileSync(path, operation.content, { mode: operation.mode })
    chownSync(path, operation.owner.uid, operation.owner.gid)
  }
}
