import { accessSync, constants, existsSync, lstatSync, type Stats, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { UsageError } from './usage-error.ts'

/**
 * An output is made beside its place and renamed: what is there has to be a plain file, or nothing, in a folder that can be
 * written. Asked before the work.
 *
 * @param what the argument that names it: `--output`
 * @throws UsageError naming what to do instead
 */
export function assertPlace(file: string, what: string): void {
  if (file === '-')
    throw new UsageError(`${what} names a file: standard output cannot be used`, 'give a name, then: cat NAME')
  const there = found(() => statSync(file)) ?? found(() => lstatSync(file))
  if (there !== undefined && !there.isFile()) throw notPlain(file, what, there)
  assertFolder(file, what)
}

/**
 * The folder of a file that is to be made has to be there, and one that can be written.
 *
 * @throws UsageError naming what to do instead
 */
export function assertFolder(file: string, what: string): void {
  const folder = dirname(file)
  const around = found(() => statSync(folder))
  if (around === undefined) throw new UsageError(`${what} ${file}: no such folder: ${folder}`, `mkdir -p ${folder}`)
  if (!around.isDirectory()) throw new UsageError(`${what} ${file}: ${folder} is not a folder`)
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch {
    throw new UsageError(`${what} ${file}: you cannot write in ${folder}`, 'give a file in a folder of your own')
  }
}

/** Whether two names, of files that need not be there, are those of one. */
export function isSameFile(a: string, b: string): boolean {
  if (resolve(a) === resolve(b)) return true
  if (!existsSync(a) || !existsSync(b)) return false
  const [first, second] = [statSync(a), statSync(b)]
  return first.dev === second.dev && first.ino === second.ino
}

function notPlain(file: string, what: string, stats: Stats): UsageError {
  if (stats.isDirectory()) return new UsageError(`${what} ${file} is a folder`, 'give the name of a file in it')
  if (stats.isBlockDevice()) {
    const hint = `make a file, then write it: sudo dd if=FILE of=${file} bs=4M conv=fsync status=progress`
    return new UsageError(`${what} ${file} is a device, and the output is a file`, hint)
  }
  const hint = stats.isSymbolicLink() ? 'remove the link, or give another name' : `make a file, then: cat FILE >${file}`
  return new UsageError(`${what} ${file} is not a plain file`, hint)
}

function found(look: () => Stats): Stats | undefined {
  try {
    return look()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}
