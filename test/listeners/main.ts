/**
 * Holds what pibake says a daemon listens on against what it does: `npm run test:listeners`. As root; see docs/testing.md.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { machine } from '../../bench/measure.ts'
import { packageRoot } from '../../src/base/host/assets.ts'
import type { Release } from '../../src/device/inspect/inventory.ts'
import { discard, releases } from '../system/support/roots.ts'
import { run } from '../system/support/run.ts'
import { type Daemon, daemons } from './daemons.ts'
import { compare } from './support/device.ts'
import { installed, refresh } from './support/install.ts'
import { pageOf, type Result } from './support/report.ts'

const { values: options, positionals } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    continue: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '600' },
  },
  allowPositionals: true,
})
// Roots are unmounted, and networks removed, when the process ends by itself.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
const deadline = Date.now() + Number(options.minutes) * 60_000
const date = new Date().toISOString().slice(0, 10)
const chosen = releases.filter((release) => positionals.length === 0 || positionals.includes(release))
const wanted = options.only === '' ? undefined : options.only.split(',')
const NOTHING = { predicted: [], seen: [], missed: [], vain: [], untold: [], failed: [] } as const
const isWrong = ({ error, missed, vain }: Result) => error !== undefined || missed.length + vain.length > 0

let isRight = true
for (const release of chosen) isRight = (await judgeRelease(release)) && isRight
process.exit(isRight ? 0 : 1)

/** Installs one daemon after the other. @returns whether all that was predicted was there, and nothing else */
async function judgeRelease(release: Release): Promise<boolean> {
  const folder = join(packageRoot, 'test/listeners/results')
  mkdirSync(folder, { recursive: true })
  const place = join(folder, `${wanted === undefined ? '' : 'part-of-'}${release}-${date}`)
  const results: Result[] =
    (options.continue || options.again) && existsSync(`${place}.json`)
      ? JSON.parse(readFileSync(`${place}.json`, 'utf8'))
      : []
  const hasAll = ({ name, cases }: Daemon) =>
    cases.every((one) =>
      results.some(
        (result) => result.daemon === name && result.case === one.name && !(options.again && isWrong(result)),
      ),
    )
  refresh(release)
  for (const daemon of daemons) {
    if (Date.now() > deadline) break
    if ((wanted !== undefined && !wanted.includes(daemon.name)) || hasAll(daemon)) continue
    for (const result of await tried(release, daemon)) {
      const at = results.findIndex((one) => one.daemon === result.daemon && one.case === result.case)
      results.splice(at < 0 ? results.length : at, 1, result)
      writeFileSync(`${place}.json`, `[\n${results.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`)
    }
  }
  writeFileSync(`${place}.md`, pageOf(headOf(release), results))
  return results.every((result) => !isWrong(result))
}

async function tried(release: Release, daemon: Daemon): Promise<readonly Result[]> {
  const begun = performance.now()
  const name = daemon.name
  let root: string
  try {
    root = installed(release, daemon.packages)
  } catch (error) {
    console.log(`${release} ${name}: not installed: ${(error as Error).message.slice(-300)}`)
    return [{ daemon: name, case: 'as installed', error: 'not in this release, or not installed', ...NOTHING }]
  }
  const results: Result[] = []
  try {
    for (const one of daemon.cases) {
      const result = await compare(root, release, one).then(
        (comparison): Result => ({ daemon: name, case: one.name, ...comparison }),
        ({ message }: Error): Result => ({ daemon: name, case: one.name, error: message.slice(0, 500), ...NOTHING }),
      )
      results.push(result)
      const seconds = ((performance.now() - begun) / 1000).toFixed(0)
      const { error, seen, missed, vain, failed } = result
      const word = error ?? (missed.length + vain.length === 0 ? 'right' : `MISSED ${missed} VAIN ${vain}`)
      console.log(
        `${release} ${name}: ${one.name}: ${word} (${seen.join(', ')}) failed: ${failed.join(' ')} ${seconds} s`,
      )
    }
  } finally {
    discard(root)
  }
  return results
}

function headOf(release: Release): readonly string[] {
  const { processor, cores, memoryGiB, kernel, node } = machine()
  const commit = run(['git', '-C', packageRoot, 'describe', '--always', '--dirty', '--abbrev=12']).trim()
  return [
    `# What daemons of ${release} listen on, predicted and seen`,
    '',
    `${date}, commit ${commit}. ${processor}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}, Node.js ${node}.`,
  ]
}
