import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The SHA-256 of each file in a directory, in hex, by name. */
export function digestsIn(
  directory: string,
  names: readonly string[] = readdirSync(directory),
): Record<string, string> {
  return Object.fromEntries(
    [...names].sort().map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(directory, name)))
        .digest('hex'),
    ]),
  )
}

/** Of every file of a folder and of those in it. */
export function digestsBelow(folder: string): Record<string, string> {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return digestsIn(
    folder,
    all.filter((name) => statSync(join(folder, name)).isFile()),
  )
}
