import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../../src/base/host/assets.ts'

const fileOf = (name: string) => join(packageRoot, 'test/access/truth/known', `${name}.txt`)

/** The lines of a list. */
export function knownIn(name: string): readonly string[] {
  const file = fileOf(name)
  if (!existsSync(file)) throw new Error(`no list ${file}`)
  return readFileSync(file, 'utf8').split('\n').slice(0, -1)
}

/**
 * Holds what is wrong against the list of what is known to be wrong: nothing may be added to it, and what has become right
 * has to leave it. With PIBAKE_GENERATE=1 the lists are written anew.
 *
 * @param name of the list, a file below `test/access/truth/known`
 */
export function assertKnown(name: string, wrong: readonly string[]): void {
  const file = fileOf(name)
  const sorted = [...wrong].sort()
  if (process.env.PIBAKE_GENERATE === '1') {
    writeFileSync(file, sorted.map((line) => `${line}\n`).join(''))
    return
  }
  const known = knownIn(name)
  const added = sorted.filter((line) => !known.includes(line))
  const gone = known.filter((line) => !sorted.includes(line))
  assert.equal({ added, gone }, { added: [], gone: [] })
}
