import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../../src/base/host/assets.ts'
import type { ForeignFile } from '../../../src/core/foreign/fact.ts'
import { type Kind, kindOf, readForeign } from '../../../src/core/foreign/kinds.ts'
import { type Imported, importedSpec } from '../../../src/core/import/imported-spec.ts'
import { KEYS, TODAY } from '../../support/spec.ts'

const folder = join(packageRoot, 'test/core/import/files')

/** What a plain password becomes, in these tests. */
export const HASHED = `$6$pibake$${'h'.repeat(86)}`

/** The names of all files in the shapes that other tools write. */
export const foreignNames: readonly string[] = readdirSync(folder).sort()

export function foreign(name: string): ForeignFile {
  return { name, text: readFileSync(join(folder, name), 'utf8') }
}

/** What becomes of files of other tools. */
export function imported(files: readonly ForeignFile[], options: { as?: Kind; country?: string } = {}): Imported {
  const read = files.map((file) => {
    const kind = options.as ?? kindOf(file)
    if (kind === undefined) throw new Error(`${file.name} is of no kind`)
    return { file, kind }
  })
  const findings = readForeign(read, () => HASHED)
  const fallback = { name: 'owner', publicKey: KEYS.alice }
  return importedSpec(findings, { file: 'pibake.yaml', today: TODAY, fallback, country: options.country })
}

/** The files that its spec names, as `parse` takes them. */
export function secretsOf({ secrets }: Imported): Record<string, string> {
  return Object.fromEntries(secrets.map(({ file, secret }) => [file, `${secret.reveal()}\n`]))
}

const known = new Map<string, Imported>()

/** What becomes of one of the files by itself. */
export function alone(name: string): Imported {
  const result = known.get(name) ?? imported([foreign(name)])
  known.set(name, result)
  return result
}
