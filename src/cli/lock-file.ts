import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readBelieved } from '../base/disk/believed.ts'
import { writeAtomically } from '../base/disk/write-atomically.ts'
import { type LockFile, lockText, parseLock } from '../core/carried/lock.ts'
import { PackageError } from '../write/packages/errors.ts'

/** The lock of a spec: `pibake.lock` beside it. */
export function lockFileOf(specFile: string): string {
  return join(dirname(specFile), 'pibake.lock')
}

/**
 * What the lock of a spec holds; nothing where there is none.
 *
 * @throws PackageError when it is not a lock, TargetError when it is somebody else's
 */
export function readLock(specFile: string): LockFile {
  const file = lockFileOf(specFile)
  const bytes = readBelieved(file, statSync(specFile))
  if (bytes === undefined) return { lock: [], keys: [] }
  const parsed = parseLock(new TextDecoder().decode(bytes))
  if ('lock' in parsed) return parsed
  throw new PackageError(`${file} is not a pibake lock file: ${parsed.failure}`, {
    hint: 'remove it, and pibake lock makes it anew',
  })
}

/** Writes it as a whole. */
export function writeLock(specFile: string, { lock, keys }: LockFile): void {
  writeAtomically(lockFileOf(specFile), lockText(lock, keys), { mode: 0o644 })
}
