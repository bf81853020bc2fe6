/**
 * Holds what pibake says of a login against real logins: `npm run test:access`. As root; see docs/testing.md.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { machine } from '../../bench/measure.ts'
import { packageRoot } from '../../src/base/host/assets.ts'
import type { Release } from '../../src/device/inspect/inventory.ts'
import { releases } from '../system/support/roots.ts'
import { run } from '../system/support/run.ts'
import { sshdLines } from './sshd-lines.ts'
import { states } from './states/index.ts'
import { agreementOf } from './support/audit-agreement.ts'
import { combinations } from './support/combine.ts'
import { Visitors } from './support/device.ts'
import { Journal } from './support/journal.ts'
import { findingOf, matrixOf, moreThanSaid, type Result } from './support/matrix.ts'
import type { Planted } from './support/planted.ts'
import { pageOf } from './support/report.ts'
import { auditOn, claimOn, Stock, tryState } from './support/run-state.ts'
import { bringUpToDate } from './support/sshd-judge.ts'
import { store, storedTruth } from './support/stored.ts'
import type { Claim } from './support/verdict.ts'

const { values: options, positionals } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    sample: { type: 'string' },
    random: { type: 'string' },
    seed: { type: 'string', default: '1' },
    lines: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    continue: { type: 'boolean', default: false },
    stored: { type: 'boolean', default: false },
    stale: { type: 'boolean', default: false },
    audit: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '600' },
  },
  allowPositionals: true,
})
const chosen = releases.filter((release) => positionals.length === 0 || positionals.includes(release))
// Roots are unmounted, and networks removed, when the process ends by itself.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
const deadline = Date.now() + Number(options.minutes) * 60_000

if (options.lines) {
  for (const release of chosen) bringUpToDate(release, sshdLines, options.all)
} else if (options.audit) {
  const agreed = await Promise.all(chosen.map((release) => auditRelease(release)))
  process.exit(agreed.every((isMet) => isMet) ? 0 : 1)
} else {
  const date = new Date().toISOString().slice(0, 10)
  const whole = options.random === undefined ? 'corpus' : `random-${options.seed}`
  const name = options.only === '' && options.sample === undefined ? whole : `part-of-${whole}`
  const place = join(packageRoot, 'test/access/results')
  mkdirSync(place, { recursive: true })
  const written = await Promise.all(
    chosen.map((release) => judgeRelease(release, join(place, `${name}-${release}`), date)),
  )
  process.exit(written.every((isMet) => isMet) ? 0 : 1)
}

/** Holds `pibake audit` of every state whose truth is stored against it. @returns whether they agree */
async function auditRelease(release: Release): Promise<boolean> {
  const stock = new Stock(release)
  const visitors = new Visitors()
  const known = storedTruth(release)
  const lines: string[] = []
  let held = 0
  try {
    for (const state of statesFor(release)) {
      // Nothing here waits, so that a signal would not be heard.
      await setImmediate()
      const truth = known[state.id]
      if (Date.now() > deadline) break
      if (truth === undefined || truth === null) continue
      const audited = await auditOn(stock, state, visitors.keys)
      if (audited === undefined) continue
      held += 1
      const { missed, wrong } = agreementOf(audited, truth)
      const said = [...missed.map((one) => `missed: ${one}`), ...wrong.map((one) => `wrong: ${one}`)]
      if (said.length > 0) {
        lines.push(`- ${state.kind}: ${state.id}: ${said.join('; ')}`)
        console.log(`${release} ${lines.at(-1)}`)
      }
    }
  } finally {
    visitors.remove()
    stock.remove()
  }
  const date = new Date().toISOString().slice(0, 10)
  const page = [
    ...headOf(date),
    '',
    `pibake audit, ${release}: ${held} states, ${lines.length} in which it differs.`,
    '',
    ...lines,
    '',
  ]
  writeFileSync(join(packageRoot, `test/access/results/audit-${release}-${date}.md`), page.join('\n'))
  console.log(`${release}: ${held} states, ${lines.length} in which the audit differs`)
  return lines.length === 0
}

/** Tries the states of a release, one after the other. @returns whether the goals are met */
async function judgeRelease(release: Release, place: string, date: string): Promise<boolean> {
  const isRandom = options.random !== undefined
  const journal = new Journal(place, date, options.continue || options.stale || (isRandom && options.stored))
  const stock = new Stock(release)
  const visitors = new Visitors()
  const known = isRandom ? journal.truths : storedTruth(release)
  const tryThis = async (state: Planted) =>
    options.stored
      ? { claim: await claimOn(stock, state, visitors.keys), truth: known[state.id] ?? undefined }
      : tryState(stock, state, visitors)
  const isStale = async ({ id }: Planted, claim: () => Promise<Claim>) =>
    known[id] !== undefined && (known[id]?.written ?? '') !== (await claim()).written
  // Of random states the journal is all that is known: what is stored is judged anew.
  const isDone = ({ id }: Planted) => journal.has(id) && !(isRandom && options.stored)
  const isLeftOut = async (state: Planted) =>
    (options.stored && !(state.id in known)) ||
    (options.stale ? !(await isStale(state, () => claimOn(stock, state, visitors.keys))) : isDone(state))
  let failed = 0
  try {
    for (const state of statesFor(release)) {
      if (Date.now() > deadline) break
      if (await isLeftOut(state)) continue
      const begun = performance.now()
      const tried = await tryThis(state).catch((error: Error) => error)
      if (tried instanceof Error) {
        console.log(`${release} FAILED ${state.kind}: ${state.id}: ${tried.message}`)
        failed += 1
        continue
      }
      const { claim, truth } = tried
      const result: Result = { release, id: state.id, kind: state.kind, how: state.how, claim, truth: truth ?? null }
      journal.add(result)
      tell(result, (performance.now() - begun) / 1000)
    }
  } finally {
    visitors.remove()
    stock.remove()
  }
  if (options.random === undefined && !options.stored) store(release, journal.results)
  const matrix = matrixOf(release, journal.results)
  const page = pageOf(headOf(date), [matrix], journal.results)
  writeFileSync(`${place}-${date}.md`, page)
  console.log(page)
  return matrix.missed.length === 0 && failed === 0
}

function statesFor(release: Release): readonly Planted[] {
  const own = interleaved(states.filter((state) => (state.release ?? release) === release))
  const all = options.random === undefined ? own : combinations(own, Number(options.random), Number(options.seed))
  const named = all.filter(({ id, kind }) => `${kind}: ${id}`.includes(options.only))
  const every = options.sample === undefined ? 1 : Math.max(1, Math.floor(named.length / Number(options.sample)))
  return named.filter((_, index) => index % every === 0)
}

/** Kinds by turns, twins last: a run that is cut off has something of every kind. */
function interleaved(list: readonly Planted[]): readonly Planted[] {
  const turn = new Map<string, number>()
  const ranked = list.map((state) => {
    const key = `${state.kind} ${state.twin}`
    turn.set(key, (turn.get(key) ?? 0) + 1)
    return { state, rank: (turn.get(key) as number) + (state.twin ? list.length : 0) }
  })
  return ranked.sort((a, b) => a.rank - b.rank).map(({ state }) => state)
}

function tell(result: Result, seconds: number): void {
  const { answer, falseIn, unseen, falseOut } = findingOf(result)
  const wrong = [
    ...falseIn.map((what) => `NOT IN: ${what}`),
    ...unseen.map((what) => `UNSEEN: ${what}`),
    ...moreThanSaid(result).map((what) => `WIDER: ${what}`),
    ...(falseOut ? [`IN ALL THE SAME: ${result.claim.codes.join(' ')}`] : []),
  ]
  const { release, kind, id } = result
  console.log(`${release} ${seconds.toFixed(1)} s  ${kind}: ${id}: ${answer} ${wrong.join('; ')}`.trimEnd())
}

function headOf(date: string): string[] {
  const { processor, cores, memoryGiB, kernel, node } = machine()
  const commit = existsSync(join(packageRoot, '.git'))
    ? run(['git', '-C', packageRoot, 'describe', '--always', '--dirty', '--abbrev=12']).trim()
    : JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')).version
  return [
    '# What pibake says of a login, and what happens',
    '',
    `${date}, commit ${commit}. ${processor}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}, Node.js ${node}.`,
  ]
}
