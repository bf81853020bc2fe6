import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../../src/base/host/assets.ts'
import type { Release } from '../../../src/device/inspect/inventory.ts'
import type { Result } from './matrix.ts'
import type { Truth } from './truth.ts'

/** What devices did, state by state: null where pibake makes none. Made by `npm run test:access`. */
export type StoredTruth = Readonly<Record<string, Truth | null>>

const fileOf = (release: Release) => join(packageRoot, `test/access/truth/states-${release}.json`)

export function storedTruth(release: Release): StoredTruth {
  return existsSync(fileOf(release)) ? (JSON.parse(readFileSync(fileOf(release), 'utf8')) as StoredTruth) : {}
}

/** Adds what a run has found to what is stored; what is tried again takes the place of what was. */
export function store(release: Release, results: readonly Result[]): void {
  const found = Object.fromEntries(results.map(({ id, truth }) => [id, truth]))
  const all = Object.entries({ ...storedTruth(release), ...found }).sort(([a], [b]) => (a < b ? -1 : 1))
  const lines = all.map(([id, truth]) => `${JSON.stringify(id)}: ${JSON.stringify(truth)}`)
  writeFileSync(fileOf(release), `{\n${lines.join(',\n')}\n}\n`)
}
