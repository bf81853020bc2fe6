/**
 * Runs the test files, one a core at once, each in a process of its own: `node build/test/run.js [PART-OF-A-PATH …]`.
 *
 * Without words every `*.test.js` but those under `system/` (which need Debian roots: `test/all` names that folder).
 * Environment: PIBAKE_TEST_JOBS, how many at once; PIBAKE_TEST_LIMIT, seconds for the whole run; TMPDIR, else memory.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleProgram } from './runner/bundle.ts'
import { readDurations, slowestFirst, writeDurations } from './runner/durations.ts'
import { outcomeOf } from './runner/outcome.ts'
import { measurePatience } from './runner/patience.ts'
import { runFolder } from './runner/place.ts'
import { runFiles } from './runner/pool.ts'
import { slowest } from './runner/slowest.ts'

/** Seconds for one file, on a machine of the usual speed. */
const FILE_LIMIT = 900

const here = fileURLToPath(new URL('.', import.meta.url))
const words = process.argv.slice(2)
const files = readdirSync(here, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.js'))
  .filter((file) => (words.length > 0 ? words.some((word) => file.includes(word)) : !file.startsWith('system/')))
  .sort()

const place = runFolder()
// Ends when this process does, and then removes what is left of the run.
const reaper = spawn(process.execPath, [join(here, 'runner/reaper.js'), place], {
  detached: true,
  stdio: ['pipe', 'inherit', 'inherit'],
})
// Its tests and their mounts are the reaper's then.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))

await bundleProgram()
// A run that a test starts has its patience from the run around it.
const patience = Number(process.env.PIBAKE_TEST_PATIENCE ?? measurePatience())
process.env.PIBAKE_TEST_PATIENCE = String(patience)
const durations = readDurations()
const runs = await runFiles(slowestFirst(files, durations), {
  tests: here,
  place,
  jobs: Number(process.env.PIBAKE_TEST_JOBS ?? availableParallelism()),
  limit: { file: FILE_LIMIT * patience, all: Number(process.env.PIBAKE_TEST_LIMIT ?? 3600) },
  onDone: ({ file, seconds }, output) => {
    process.stdout.write(`== ${file.replace(/\.js$/, '.ts')}, ${seconds.toFixed(1)} s${output.trimEnd()}\n`)
  },
})
reaper.stdin.end()
await once(reaper, 'exit')

const outcomes = runs.map((run) => ({ run, ...outcomeOf(run) }))
const ok = outcomes.filter(({ failed }) => failed === 0).map(({ run }) => [run.file, run.seconds] as const)
writeDurations({ ...durations, ...Object.fromEntries(ok) })
for (const { complaints } of outcomes) for (const complaint of complaints) console.error(complaint)
const passed = outcomes.reduce((sum, one) => sum + one.passed, 0)
// A run of nothing has not passed.
const failed = outcomes.reduce((sum, one) => sum + one.failed, 0) + (files.length === 0 ? 1 : 0)
console.error(`${files.length} files in ${relative(process.cwd(), here) || '.'}`)
console.log(`\n${slowest(runs)}`)
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
