import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where many small trees are made and removed fast: memory if the machine has it. */
const fast = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** Calls `use` with an empty directory of its own, which is removed afterwards. */
export async function inWorkdir<T>(use: (directory: string) => T | Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(fast, 'pibake-test-'))
  try {
    return await use(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
