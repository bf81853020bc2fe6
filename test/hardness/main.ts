/**
 * What outside judges say of booted devices, before and after: `npm run test:hardness`. As root; see docs/testing.md.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { machine } from '../../bench/measure.ts'
import { packageRoot } from '../../src/base/host/assets.ts'
import { profiles } from '../../src/base/report/origin.ts'
import type { Release } from '../../src/device/inspect/inventory.ts'
import { releases } from '../system/support/roots.ts'
import { run } from '../system/support/run.ts'
import { judgeEmulated } from './emulated.ts'
import { makeKit } from './kit.ts'
import { pageOf, type Results } from './page.ts'
import { judge, type Verdict } from './trial.ts'

const { values: options, positionals } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    continue: { type: 'boolean', default: false },
    emulator: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))

const wanted = ['stock', ...profiles].filter((what) => options.only === '' || options.only.split(',').includes(what))
const chosen = releases.filter((release) => positionals.length === 0 || positionals.includes(release))
if (chosen.length === 0 || wanted.length === 0) {
  throw new Error(`releases: ${releases.join(', ')}; --only: stock, ${profiles.join(', ')}`)
}
const folder = join(packageRoot, 'test/hardness/results')
mkdirSync(folder, { recursive: true })
const date = new Date().toISOString().slice(0, 10)

for (const release of chosen) if (!(await judgeRelease(release))) process.exitCode = 1

/** Judges one device after the other, and stores what came of it each time. @returns whether all could be judged */
async function judgeRelease(release: Release): Promise<boolean> {
  const place = join(folder, `${release}${options.emulator ? '-emulator' : ''}-${date}`)
  const before: readonly Verdict[] =
    options.continue && existsSync(`${place}.json`)
      ? (JSON.parse(readFileSync(`${place}.json`, 'utf8')) as Results).verdicts
      : []
  const kit = makeKit(release)
  const verdicts = [...before]
  let isWhole = true
  try {
    for (const what of wanted.filter((name) => !before.some((verdict) => verdict.what === name))) {
      const begun = performance.now()
      try {
        verdicts.push(await (options.emulator ? judgeEmulated : judge)(release, what, kit))
      } catch (error) {
        console.error(`${release} ${what}: not judged: ${(error as Error).message}`)
        isWhole = false
        continue
      }
      console.log(`${release} ${what}: ${((performance.now() - begun) / 1000).toFixed(0)} s`)
      store(place, { ...headOf(release), judges: kit.versions, verdicts })
    }
  } finally {
    kit.remove()
  }
  return isWhole
}

function store(place: string, results: Results): void {
  writeFileSync(`${place}.json`, `${JSON.stringify(results, null, 1)}\n`)
  writeFileSync(`${place}.md`, pageOf(results))
}

function headOf(release: Release): Omit<Results, 'judges' | 'verdicts'> {
  const { processor, cores, memoryGiB, kernel, node } = machine()
  const commit = run(['git', '-C', packageRoot, 'describe', '--always', '--dirty', '--abbrev=12']).trim()
  const text = `${processor}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}, Node.js ${node}`
  const place = options.emulator ? 'emulator' : 'container'
  return { schema: 'pibake.hardness/1', date, release, commit, machine: text, place }
}
