import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programEnvironment, programPath } from '../../base/process/find-program.ts'
import { type Paragraph, paragraphs } from '../../device/formats/deb822.ts'
import { noProgram, PackageError } from './errors.ts'

/**
 * What a .deb says of itself (deb-control(5)), as dpkg-deb reads it.
 *
 * @param label what to call it in messages
 * @throws PackageError when it is not a .deb, or this machine has no dpkg-deb
 */
export function controlOf(content: Uint8Array, label: string): Paragraph {
  const place = mkdtempSync(join(tmpdir(), 'pibake-deb-'))
  try {
    const file = join(place, 'package.deb')
    writeFileSync(file, content)
    const text = execFileSync(programPath('dpkg-deb'), ['--field', file], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: programEnvironment(),
    })
    const control = paragraphs(text)[0]
    for (const field of ['package', 'version', 'architecture'])
      if (control?.get(field) === undefined) throw new PackageError(`${label} has no field ${field}`)
    return control as Paragraph
  } catch (error) {
    if (error instanceof PackageError) throw error
    const { code, stderr } = error as { code?: string; stderr?: string }
    if (code === 'ENOENT') throw noProgram('dpkg-deb')
    throw new PackageError(`${label} is not a valid .deb: ${(stderr ?? '').trim()}`)
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

/** The paragraph of an index (`Packages`) for a .deb: what apt needs to choose and to check it. */
export function indexEntry(control: Paragraph, place: { file: string; size: number; sha256: string }): string {
  const lines = [...control]
    .filter(([name]) => WANTED.has(name))
    .map(([name, value]) => `${title(name)}: ${value.replaceAll('\n', '\n ')}\n`)
  return `${lines.join('')}Filename: ./${place.file}\nSize: ${place.size}\nSHA256: ${place.sha256}\n`
}

/** What apt looks at (deb-control(5)); the description and who maintains it say nothing to it. */
const WANTED = new Set(
  `package source version architecture multi-arch essential protected important pre-depends depends recommends suggests
  enhances conflicts breaks replaces provides installed-size priority section`.split(/\s+/),
)

function title(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())
}
