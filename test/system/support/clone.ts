import { cpSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../../src/base/host/assets.ts'

/** What is made in a clone. */
const MADE = ['.git', 'build', 'coverage', 'dist', 'node_modules']

/**
 * The repository once more, with the packages of the first one: what is built in that is what other suites run meanwhile.
 * @returns the path of the copy
 */
export function cloneTo(place: string): string {
  for (const name of readdirSync(packageRoot).filter((name) => !MADE.includes(name)))
    cpSync(join(packageRoot, name), join(place, name), { recursive: true })
  symlinkSync(join(packageRoot, 'node_modules'), join(place, 'node_modules'))
  return place
}
