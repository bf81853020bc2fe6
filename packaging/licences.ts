import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import { packageRoot } from '../src/base/host/assets.ts'

/** The licences of pibake and of the npm packages that are in a bundle, as one text. */
export function licencesOf({ inputs }: Metafile): string {
  const names = Object.keys(inputs).map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
  const bundled = [...new Set(names.filter((name) => name !== undefined))].sort()
  const own = ['NOTICE', 'LICENSE'].map((name) => readFileSync(join(packageRoot, name), 'utf8').trimEnd())
  return `${[...own, ...bundled.map(licenceOf)].join(`\n\n${'-'.repeat(72)}\n\n`)}\n`
}

function licenceOf(name: string): string {
  const folder = join(packageRoot, 'node_modules', name)
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string>
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one))
  const text = file === undefined ? `Licence: ${license}` : readFileSync(join(folder, file), 'utf8').trim()
  return `${name} ${version}\n\n${text}`
}
