/**
 * Cuts the power of a device during its first start, again and again: `npm run test:power -- [RELEASE …] [--half local|network]
 * [--cases N] [--minutes N] [--jobs N] [--pairs N] [--network N] [--seed N] [--continue]`. As root; see docs/testing.md.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { packageRoot } from '../../src/base/host/assets.ts'
import type { Release } from '../../src/device/inspect/inventory.ts'
import { releases } from '../system/support/roots.ts'
import { run } from '../system/support/run.ts'
import { bake } from './bake.ts'
import { Guests, machines } from './guest.ts'
import type { Half } from './invariants.ts'
import { kernel } from './kernel.ts'
import { NetworkTrial, type Reference } from './network-trial.ts'
import { runCases } from './pool.ts'
import { earlier, type Sweep, writeReport } from './report.ts'
import { type Case, cases, networkCases } from './schedule.ts'
import { type Result, Trial } from './trial.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    half: { type: 'string' },
    cases: { type: 'string', default: '100000' },
    minutes: { type: 'string', default: '100000' },
    jobs: { type: 'string', default: '2' },
    pairs: { type: 'string', default: '60' },
    network: { type: 'string', default: '24' },
    seed: { type: 'string', default: '1' },
    continue: { type: 'boolean', default: false },
  },
})
/** Cuts that one start of the network half serves: each keeps a copy of the card in memory. */
const GROUP = 4
const chosen = releases.filter((release) => positionals.length === 0 || positionals.includes(release))
if (chosen.length === 0) throw new Error(`a release is one of ${releases.join(', ')}`)
const halves = (['local', 'network'] as const).filter((half) => values.half === undefined || values.half === half)
if (halves.length === 0) throw new Error('--half is local or network')

// In memory: a case copies the card several times.
mkdirSync('/dev/shm', { recursive: true })
const work = mkdtempSync('/dev/shm/pibake-power-')
process.once('exit', () => rmSync(work, { recursive: true, force: true }))

const program = createHash('sha256')
  .update(
    run(['tar', '--create', '--sort=name', '--mtime=@0', '--owner=0', '--group=0', 'firstboot'], { cwd: packageRoot }),
  )
  .digest('hex')
const guest = kernel(work)
for (const half of halves) {
  const guests = new Guests(guest, savedOf(half), machines[half])
  await guests.save()
  for (const release of chosen) {
    if (!(await sweep(release, half, guests))) process.exitCode = 1
  }
}

/** @returns whether the device recovered from every cut */
async function sweep(release: Release, half: Half, guests: Guests): Promise<boolean> {
  const baked = join(work, 'baked.img')
  const systemd = bake(release, half, baked)
  const { planned, checkpoints, reference } = await plan(half, guests, baked)
  const until = Date.now() + Number(values.minutes) * 60_000
  const date = new Date().toISOString().slice(0, 10)
  const casesPlanned = half === 'local' ? planned.length : planned.flat().length
  const about = { release, half, seed: Number(values.seed), program, guestKernel: guest.version, systemd }
  const schedule: Sweep = { ...about, checkpoints, casesPlanned, outcomes: [] }
  const outcomes = values.continue ? [...earlier(schedule, date)] : []
  const done = new Set(outcomes.map((outcome) => outcome.case))
  const left = planned.map((cuts, index) => ({ index, cuts })).filter(({ index }) => !done.has(index))
  const settings = Array.from({ length: Number(values.jobs) }, (_, job) => {
    const setting = { kernel: guest, saved: savedOf(half), baked, work: join(work, `${release}-${half}-${job}`) }
    return reference === undefined ? setting : { ...setting, reference }
  })
  const identities = new Set<string>()
  const take = (index: number, result: Result) => {
    const twin = identities.has(result.identity) ? ['another device has the same host keys'] : []
    identities.add(result.identity)
    for (const outcome of result.outcomes) {
      const violations = [...outcome.violations, ...twin]
      outcomes.push({ case: index, ...outcome, violations })
      const verdict = violations.join('; ') || 'recovered'
      console.error(`${release} ${half} ${outcomes.length}/${casesPlanned} ${outcome.cuts.join(', then ')}: ${verdict}`)
    }
    writeReport({ ...schedule, outcomes }, date)
    return Date.now() < until
  }
  await runCases(left.slice(0, Number(values.cases)), settings, take)
  const failed = outcomes.filter(({ violations }) => violations.length > 0).length
  console.log(`${release}, ${half} half: ${outcomes.length} of ${casesPlanned} cases run, ${failed} not recovered`)
  return failed === 0 && outcomes.length > 0
}

/** The undisturbed start, and the cuts that follow from the checkpoints it passes. */
async function plan(
  half: Half,
  guests: Guests,
  baked: string,
): Promise<{ planned: readonly Case[]; checkpoints: readonly string[]; reference?: Reference }> {
  if (half === 'local') {
    const checkpoints = await new Trial(guests, baked, work).undisturbed()
    return { planned: cases(checkpoints, Number(values.pairs), Number(values.seed)), checkpoints }
  }
  const { reference, passed, seconds } = await new NetworkTrial(guests, baked, work).undisturbed()
  return { planned: networkCases(passed, seconds, Number(values.network), GROUP), checkpoints: passed, reference }
}

function savedOf(half: Half): string {
  return join(work, `saved-${half}`)
}
