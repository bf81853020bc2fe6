import { chmodSync, existsSync, mkdtempSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Memory is taken where it has as much free as the largest suites take, in bytes. */
const ENOUGH = 6 * 1024 ** 3

/** A folder for all that one run makes: in memory where there is room, for the tests bring much to the disk. */
export function runFolder(): string {
  const asked = process.env.TMPDIR
  const folder = mkdtempSync(join(asked === undefined && hasRoom('/dev/shm') ? '/dev/shm' : tmpdir(), 'pibake-run-'))
  // Some tests run the program as another user.
  chmodSync(folder, 0o755)
  return folder
}

function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize >= ENOUGH
}
