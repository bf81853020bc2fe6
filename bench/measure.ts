import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, statSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { run } from '../test/system/support/run.ts'

/** One run of a whole process with all its children. */
export interface Sample {
  /** Seconds on the wall. */
  readonly wall: number
  /** Seconds of processors. */
  readonly cpu: number
  /** KiB of the largest process. */
  readonly rss: number
}

/** Something to be measured beside others. */
export interface Contender {
  readonly name: string
  readonly command: readonly string[]
  /** Called before each run, outside the clock. */
  readonly before?: () => void
  /** Called after each run, outside the clock: throws when the work was not done. */
  readonly check?: () => void
  /** The file that it makes. */
  readonly output?: string
  /** How often it runs at most. */
  readonly runs?: number
}

/** A contender that cannot run on this machine. */
export interface Missing {
  readonly name: string
  /** Why. */
  readonly missing: string
}

export interface Result {
  readonly name: string
  readonly samples: readonly Sample[]
  /** Of the file that it makes. */
  readonly bytes?: number
  /** Why there are none. */
  readonly missing?: string
}

/**
 * Runs the contenders in turn, `runs` times, so that a busy moment of the machine meets all of them alike.
 *
 * @throws Error when one of them fails: a failed run has no time
 */
export function race(contenders: readonly (Contender | Missing)[], runs: number, work: string): Result[] {
  const results = contenders.map((contender): Result & { samples: Sample[]; bytes?: number } => ({
    name: contender.name,
    samples: [],
    ...('missing' in contender ? { missing: contender.missing } : {}),
  }))
  for (let i = 0; i < runs; i++) {
    for (const [index, contender] of contenders.entries()) {
      if ('missing' in contender || i >= (contender.runs ?? runs)) continue
      contender.before?.()
      // What the contender before has left to be written is no work of this one, which may have to wait for the disk.
      run(['sync'])
      const sample = measured(contender, work)
      contender.check?.()
      const result = results[index] as (typeof results)[number]
      result.samples.push(sample)
      if (contender.output !== undefined) result.bytes = statSync(contender.output).size
      console.error(`${contender.name}: ${sample.wall.toFixed(2)} s, ${Math.round(sample.rss / 1024)} MB`)
    }
  }
  return results
}

/** GNU time(1) sees the children too, which Node's own counters do not. */
function measured({ name, command }: Contender, work: string): Sample {
  const report = join(work, 'time')
  rmSync(report, { force: true })
  const { status, stderr, stdout } = spawnSync('time', ['-f', '%e %U %S %M', '-o', report, ...command], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0) throw new Error(`${name}: exit ${status}\n${stdout}${stderr}`)
  const [wall = 0, user = 0, system = 0, rss = 0] = readFileSync(report, 'utf8').trim().split(' ').map(Number)
  return { wall, cpu: user + system, rss }
}

/** The middle one of the values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** What the numbers were taken on. */
export function machine() {
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
  }
}
