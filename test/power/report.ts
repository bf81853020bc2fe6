import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../src/base/host/assets.ts'
import { hostFacts } from '../system/support/host.ts'
import { run } from '../system/support/run.ts'
import type { Half } from './invariants.ts'

/** What came of one case. */
export interface Outcome {
  /** Its number in the schedule, from 0. */
  readonly case: number
  readonly cuts: readonly string[]
  /** For each cut, the last thing that the start said before it. */
  readonly reached: readonly string[]
  /** What did not hold; none means: recovered. */
  readonly violations: readonly string[]
  /** What fsck.vfat had to mend of the status text. */
  readonly fat: readonly string[]
}

export interface Sweep {
  readonly release: string
  readonly half: Half
  readonly seed: number
  /** Digest of the device's half of pibake. */
  readonly program: string
  readonly guestKernel: string
  readonly systemd: string
  readonly checkpoints: readonly string[]
  readonly casesPlanned: number
  readonly outcomes: readonly Outcome[]
}

const folder = join(packageRoot, 'test/power/results')
const placeOf = ({ release, half }: Pick<Sweep, 'release' | 'half'>, date: string) =>
  join(folder, `${release}${half === 'local' ? '' : '-network'}-${date}`)

/** What came of the cases that were run earlier on this day, with the same schedule and the same program. */
export function earlier(sweep: Sweep, date: string): readonly Outcome[] {
  const { seed, program, casesPlanned } = sweep
  const file = `${placeOf(sweep, date)}.json`
  if (!existsSync(file)) return []
  const stored = JSON.parse(readFileSync(file, 'utf8')) as Sweep
  const same = stored.seed === seed && stored.program === program && stored.casesPlanned === casesPlanned
  return same ? stored.outcomes : []
}

/** Writes what a sweep found to `test/power/results/RELEASE-DATE`, as JSON and as text. */
export function writeReport(sweep: Sweep, date: string): void {
  mkdirSync(folder, { recursive: true })
  const cutsOf = (outcomes: readonly Outcome[]) => outcomes.reduce((sum, { cuts }) => sum + cuts.length, 0)
  const recovered = sweep.outcomes.filter(({ violations }) => violations.length === 0)
  const machine = hostFacts(run(['qemu-system-x86_64', '--version']).split('\n')[0] ?? '')
  const count = { cases: sweep.outcomes.length, cuts: cutsOf(sweep.outcomes), recovered: cutsOf(recovered) }
  const document = { schema: 'pibake.power/1', date, machine, count, ...sweep }
  const place = placeOf(sweep, date)
  writeFileSync(`${place}.json`, `${JSON.stringify(document, null, 1)}\n`)
  const rows = sweep.outcomes.map(({ cuts, violations, fat }) => {
    const verdict = violations.length === 0 ? 'recovered' : `NOT RECOVERED: ${violations.join('; ')}`
    return `${cuts.join(', then ').padEnd(96)} ${verdict}${fat.length > 0 ? ' (status text on FAT mended by fsck)' : ''}\n`
  })
  const head = `Power cuts during the first start, its ${sweep.half} half, ${sweep.release}, ${date}
${machine.cpu}, ${machine.cores} cores, ${machine.distribution}; ${machine.qemu}, ${machine.acceleration}
guest: Linux ${sweep.guestKernel}, ${sweep.systemd}, seed ${sweep.seed}
${count.cases} of ${sweep.casesPlanned} cases, ${count.recovered} of ${count.cuts} cuts recovered

`
  writeFileSync(`${place}.txt`, head + rows.sort().join(''))
}
