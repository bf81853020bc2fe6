import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assetText, packageRoot } from '../../base/host/assets.ts'
import { bytewise } from '../../base/order.ts'

/** The folder of the program as it runs, `dist/` once built: the one that `cli/` lies in. */
const programRoot: string = (() => {
  let directory = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(directory, 'cli'))) directory = dirname(directory)
  return directory
})()

/** What of the package decides what is written: the program as it runs, under the name it is shipped by, and its data. */
const PARTS: Readonly<Record<string, string>> = {
  dist: programRoot,
  firstboot: join(packageRoot, 'firstboot'),
  templates: join(packageRoot, 'templates'),
}

/** pibake's version. */
export function toolVersion(): string {
  return (JSON.parse(assetText('package.json')) as { version: string }).version
}

/**
 * in-toto's `dirHash` (Go's Hash1 in hex, spec/v1/digest_set.md) of the parts of the installed package: in its folder,
 * `find dist firstboot templates -type f | LC_ALL=C sort | xargs sha256sum | sha256sum` gives the same.
 */
export function toolDigest(): string {
  const files = Object.entries(PARTS).flatMap(([name, folder]) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => ({ file, path: `${name}/${relative(folder, file).replaceAll(sep, '/')}` })),
  )
  const lines = files
    .sort((a, b) => bytewise(a.path, b.path))
    .map(({ file, path }) => `${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${path}\n`)
  return createHash('sha256').update(lines.join('')).digest('hex')
}
