import { chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Operation } from '../../../src/plan/operation.ts'

/** Puts the files of one control into a root, for a judge that wants to see them alone; removals and links are left out. */
export function writeFiles(root: string, operations: readonly Operation[] = []): void {
  for (const operation of operations) {
    if (operation.kind !== 'file' || operation.partition !== 'root') continue
    const path = join(root, operation.path)
    mkdirSync(dirname(path), { recursive: true })
    rmSync(path, { force: true })
    writeFileSync(path, operation.content, { mode: operation.mode })
    chownSync(path, operation.owner.uid, operation.owner.gid)
  }
}
