import { rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { namedProcess, ownProcessName } from '../apply/process-name.ts'
import { realDisk, unless } from '../tree/disk.ts'

const NAME = /^\..+\.pibake-(.+)\.\d+$/
let made = 0

/** A name beside `file` that nothing has: what is made there is renamed to its place, or removed. */
export function temporaryBeside(file: string): string {
  made += 1
  return join(dirname(file), `.${basename(file)}.pibake-${ownProcessName(realDisk)}.${made}`)
}

/** Removes what processes that were killed left under names of {@link temporaryBeside} in a directory. */
export function removeAbandoned(directory: string): void {
  // A directory that is not there, or not to be read, is for whoever writes there to tell.
  for (const name of unless(['ENOENT', 'ENOTDIR', 'EACCES'], () => realDisk.readdirSync(directory)) ?? []) {
    const owner = namedProcess(NAME.exec(name)?.[1] ?? '', realDisk)
    if (owner === undefined || owner.mayBeAlive) continue
    // Another process may remove it at this moment, and what another user's left stays.
    unless(['EACCES', 'EPERM'], () => rmSync(join(directory, name), { recursive: true, force: true }))
  }
}
