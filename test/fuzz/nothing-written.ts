import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/** What changes something by a path. */
const BY_PATH = [
  'writeFileSync',
  'appendFileSync',
  'mkdirSync',
  'rmSync',
  'rmdirSync',
  'unlinkSync',
  'renameSync',
  'linkSync',
  'symlinkSync',
  'truncateSync',
  'chmodSync',
  'chownSync',
  'utimesSync',
  'copyFileSync',
  'cpSync',
] as const

/** From now on this process changes nothing outside of a folder: a call that would throws. */
export function writeOnlyIn(folder: string): void {
  const assertInside = (path: unknown) => {
    if (!`${path}`.startsWith(`${folder}/`)) throw new Error(`it writes to ${path}`)
  }
  const calls = fs as unknown as Record<string, (...args: readonly unknown[]) => unknown>
  for (const name of BY_PATH) {
    const call = calls[name] as (typeof calls)[string]
    calls[name] = (path, ...rest) => {
      assertInside(path)
      return call(path, ...rest)
    }
  }
  const { openSync } = fs
  calls.openSync = (path, flags = 'r', ...rest) => {
    const isRead =
      flags === 'r' || (typeof flags === 'number' && (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) === 0)
    if (!isRead) assertInside(path)
    return (openSync as (typeof calls)[string])(path, flags, ...rest)
  }
  syncBuiltinESMExports()
}
