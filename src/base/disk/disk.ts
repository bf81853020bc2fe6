import * as fs from 'node:fs'

/**
 * The system calls with which mounted partitions and images are read and written, so that a test can let any one of them fail.
 * Names are as in `node:fs`; nothing else is between pibake and the kernel.
 */
export type Disk = Pick<
  typeof fs,
  | 'closeSync'
  | 'fchmodSync'
  | 'fchownSync'
  | 'fstatSync'
  | 'fsyncSync'
  | 'futimesSync'
  | 'linkSync'
  | 'lstatSync'
  | 'lutimesSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readFileSync'
  | 'readSync'
  | 'readdirSync'
  | 'readlinkSync'
  | 'realpathSync'
  | 'renameSync'
  | 'rmdirSync'
  | 'statfsSync'
  | 'symlinkSync'
  | 'unlinkSync'
  | 'writeFileSync'
  | 'writeSync'
>

/** The machine's own. */
export const realDisk: Disk = fs

/** The `errno` name of a failed system call (`ENOENT`), `undefined` for any other error. */
export function errno(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

/** Runs `call`; one of the named errors means `undefined`. */
export function unless<T>(codes: readonly string[], call: () => T): T | undefined {
  try {
    return call()
  } catch (error) {
    if (codes.includes(errno(error) ?? '')) return undefined
    throw error
  }
}
