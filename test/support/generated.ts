import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/assets.ts'

/** Holds a file of the repository against what it is made from; `npm run generate` writes it anew. */
export function assertGenerated(path: string, text: string): void {
  const file = join(packageRoot, path)
  if (process.env.PIBAKE_GENERATE === '1') {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  assert.is(readFileSync(file, 'utf8'), text, `${path} is stale: npm run generate`)
}
