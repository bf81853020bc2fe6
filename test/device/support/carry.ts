import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { run } from './run.ts'

/** Where the first start looks for carried packages, below the root. */
export const CARRIED = 'var/lib/pibake/packages'

/** Lays .debs into a root as the first start expects them: a flat repository, and the list of what is in it. */
export function carry(root: string, debs: readonly string[]): void {
  const folder = join(root, CARRIED)
  mkdirSync(folder, { recursive: true })
  for (const deb of debs) copyFileSync(deb, join(folder, basename(deb)))
  writeFileSync(join(folder, 'Packages'), run(['dpkg-scanpackages', '--multiversion', '.'], { cwd: folder }))
  const lines = readdirSync(folder).map((name) => {
    const digest = createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex')
    return `${digest}  ${name}\n`
  })
  writeFileSync(join(root, 'etc/pibake/first-boot/bundle'), lines.join(''))
}

/** Makes a .deb that holds nothing but its name and version. @returns its file, in a new directory */
export function emptyDeb(name: string, version: string): string {
  const place = mkdtempSync(join(tmpdir(), 'pibake-deb-'))
  try {
    mkdirSync(join(place, 'content/DEBIAN'), { recursive: true })
    const fields = { Package: name, Version: version, Architecture: 'all', Maintainer: 'test <test@localhost>' }
    const control = Object.entries({ ...fields, Description: 'nothing' }).map(([key, value]) => `${key}: ${value}\n`)
    writeFileSync(join(place, 'content/DEBIAN/control'), control.join(''))
    const file = join(place, `${name}_${version}_all.deb`)
    run(['dpkg-deb', '--root-owner-group', '--build', join(place, 'content'), file])
    return file
  } finally {
    rmSync(join(place, 'content'), { recursive: true, force: true })
  }
}
