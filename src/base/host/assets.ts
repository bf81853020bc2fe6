import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of package.json: `templates/`, `firstboot/` and `schema/` lie in it, whether built or under test. */
export const packageRoot: string = (() => {
  let directory = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(directory, 'package.json'))) directory = dirname(directory)
  return directory
})()

/** The bytes of a file that ships with pibake, named from the package's root. */
function asset(path: string): Uint8Array {
  return readFileSync(join(packageRoot, path))
}

/** The text of a file that ships with pibake, line ends as LF whatever the checkout made of them. */
export function assetText(path: string): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(asset(path)).replaceAll('\r\n', '\n')
}

/** The names of the files in a folder that ships with pibake, sorted, for they are ASCII; hidden ones are not ours. */
export function assetNames(folder: string): readonly string[] {
  return readdirSync(join(packageRoot, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort()
}

/** Where a folder that ships with pibake lies, for what reads its files by their paths. */
export function shippedFolder(folder: string): string {
  return join(packageRoot, folder)
}
