import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './run.ts'

export interface EmptyDeb {
  readonly file: string
  readonly sha256: string
  remove(): void
}

/**
 * Makes a .deb that holds nothing but its name and version, in a directory of its own.
 *
 * @param more further fields, or others
 * @param postinst what it does when it is installed
 */
export function emptyDeb(
  name: string,
  version: string,
  more: Readonly<Record<string, string>> = {},
  postinst?: string,
): EmptyDeb {
  const place = mkdtempSync(join(tmpdir(), 'pibake-deb-'))
  mkdirSync(join(place, 'content/DEBIAN'), { recursive: true })
  const fields = { Package: name, Version: version, Architecture: 'all', Maintainer: 'test <test@localhost>', ...more }
  const control = Object.entries({ ...fields, Description: 'nothing' }).map(([key, value]) => `${key}: ${value}\n`)
  writeFileSync(join(place, 'content/DEBIAN/control'), control.join(''))
  if (postinst !== undefined) writeFileSync(join(place, 'content/DEBIAN/postinst'), postinst, { mode: 0o755 })
  const file = join(place, `${name}_${version}_${fields.Architecture}.deb`)
  run(['dpkg-deb', '--root-owner-group', '--build', join(place, 'content'), file])
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex')
  return { file, sha256, remove: () => rmSync(place, { recursive: true }) }
}
