import { rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { realDisk, unless } from './disk.ts'
import { namedProcess, ownProcessName } from './process-name.ts'

const NAME = /^\..+\.pibake-(.+)\.\d+$/
let made = 0

/** A name beside `file` that nothing has: what is made there is renamed to its place, or removed. */
export function temporaryBeside(file: string): string {
  made += 1
  return join(dirname(file), `.${basename(file)}.pibake-${ownProcessName(realDisk)}.${made}`)
}

/** Removes what processes that were killed left under names of {@link temporaryBeside} in a directory. */
export function removeAbandoned(directory: string): void {
  // A directory that is not there, or not to be read, the caller reports.
  for (const name of unless(['ENOENT', 'ENOTDIR', 'EACCES'], () => realDisk.readdirSync(directory)) ?? []) {
    const owner = namedProcess(NAME.exec(name)?.[1] ?? '', realDisk)
    if (owner === undefined || owner.mayBeAlive) continue
    const path = join(directory, name)
    // Another process may remove it at this moment. What is another user's stays: he could put a link in its place.
    const uid = unless(['ENOENT'], () => realDisk.lstatSync(path))?.uid
    if (uid !== (process.geteuid?.() ?? uid)) continue
    unless(['EACCES', 'EPERM'], () => rmSync(path, { recursive: true, force: true }))
  }
}
