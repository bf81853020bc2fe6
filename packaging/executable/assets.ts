/** In a single-file executable, in place of src/base/host/assets.ts: the files are inside. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { getAsset } from 'node:sea'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** The asset that lists all the others. */
const LIST = 'assets'

export function assetText(path: string): string {
  return getAsset(path, 'utf8').replaceAll('\r\n', '\n')
}

export function assetNames(folder: string): readonly string[] {
  return filesBelow(folder).filter((name) => !name.includes('/'))
}

/** A copy in a temporary folder, which goes with the process. */
export function shippedFolder(folder: string): string {
  const place = mkdtempSync(join(tmpdir(), `pibake-${folder}-`))
  process.once('exit', () => rmSync(place, { recursive: true }))
  for (const name of filesBelow(folder)) {
    mkdirSync(dirname(join(place, name)), { recursive: true })
    writeFileSync(join(place, name), assetText(`${folder}/${name}`))
  }
  return place
}

/** Their paths from there, sorted. */
function filesBelow(folder: string): readonly string[] {
  const all = JSON.parse(getAsset(LIST, 'utf8')) as readonly string[]
  return all.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1))
}
