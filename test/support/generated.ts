import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createTwoFilesPatch } from 'diff'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'

// Enough to see what has changed; `npm run generate` and `git diff` show the rest.
const SHOWN = 10

/** Holds a file of the repository against what it is made from; `npm run generate` writes it anew. */
export function assertGenerated(path: string, text: string): void {
  const file = join(packageRoot, path)
  if (process.env.PIBAKE_GENERATE === '1') {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const held = readFileSync(file, 'utf8')
  if (held !== text) assert.unreachable(staleText(path, held, text))
}

/** What a stale file is reported with: the first lines of a unified diff, and the command that renews the file. */
export function staleText(path: string, held: string, made: string): string {
  const patch = createTwoFilesPatch(path, path, held, made, 'held', 'made', { context: 1 })
  const lines = patch.split('\n').slice(2, -1)
  const rest = lines.length - SHOWN
  const more = rest > 0 ? [`… ${rest} more lines`] : []
  return [`${path} is stale; to renew it: npm run generate`, ...lines.slice(0, SHOWN), ...more].join('\n')
}
