/**
 * Runs the test files: `node build/test/run.js [PART-OF-A-PATH …]`.
 *
 * Without words every `*.test.js` but those under `device/` (which need Debian roots: `test/all` names that folder).
 */
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { outcome, runSuites } from './support/suite.ts'

// However the process ends, by a test that never settles or one that exits, this has the last word.
process.once('exit', () => {
  const { passed, failed, complaints } = outcome()
  for (const complaint of complaints) console.error(complaint)
  // uvu may have left its line unfinished.
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
})

// So that what the tests have mounted or made goes also when they are broken off.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

const here = fileURLToPath(new URL('.', import.meta.url))
const words = process.argv.slice(2)
const files = readdirSync(here, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.js'))
  .filter((file) => (words.length > 0 ? words.some((word) => file.includes(word)) : !file.startsWith('device/')))
  .sort()
for (const file of files) await import(join(here, file))
console.error(`${files.length} files in ${relative(process.cwd(), here) || '.'}`)
await runSuites()
