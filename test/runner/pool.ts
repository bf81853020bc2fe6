import { join } from 'node:path'
import type { FileRun } from './outcome.ts'
import { type Running, runFile } from './run-file.ts'

export interface PoolOptions {
  /** The folder of the compiled tests. */
  readonly tests: string
  /** Where each file gets a folder of its own. */
  readonly place: string
  /** How many files run at once. */
  readonly jobs: number
  /** Seconds for one file, and for all. */
  readonly limit: { readonly file: number; readonly all: number }
  /** Called when a file has ended, with what it printed. */
  readonly onDone: (run: FileRun, output: string) => void
}

/** Runs test files, some at once, in the order given. Those that a limit left out have never ended: `ended` is undefined. */
export async function runFiles(files: readonly string[], options: PoolOptions): Promise<FileRun[]> {
  const { tests, place, jobs, limit, onDone } = options
  const waiting = [...files]
  const running = new Set<Running>()
  const runs: FileRun[] = []
  let over: string | undefined
  const timer = setTimeout(() => {
    over = `the whole run took longer than ${limit.all} s`
    for (const one of running) one.kill(over)
  }, limit.all * 1000)
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      if (over !== undefined) {
        runs.push({ file, journal: { suites: [], isWhole: false }, ended: undefined, seconds: 0, limit: over })
        continue
      }
      const one = runFile(tests, file, join(place, file.replaceAll('/', '-')), limit.file)
      running.add(one)
      const { output, ...run } = await one.done
      running.delete(one)
      runs.push(run)
      onDone(run, output)
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  clearTimeout(timer)
  return runs
}
