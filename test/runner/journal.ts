import { appendFileSync, existsSync, readFileSync } from 'node:fs'

/** What a worker notes while it runs a test file, a line each: it stays true however the worker ends. */
export type Entry =
  | { readonly what: 'suite'; readonly suite: number; readonly name: string; readonly declared: number }
  | { readonly what: 'begin'; readonly suite: number; readonly at: number; readonly title: string }
  | { readonly what: 'passed' | 'failed'; readonly suite: number; readonly at: number }
  | { readonly what: 'hook'; readonly suite: number; readonly at: number; readonly error: string | undefined }
  | { readonly what: 'end' }

/** What came of one suite of a file. */
interface SuiteResult {
  readonly name: string
  readonly declared: number
  passed: number
  failed: number
  readonly hookErrors: string[]
  /** From its first hook or test to the end of its last, in seconds. */
  seconds: number
  /** The test or hook that had begun and not ended. */
  running: string | undefined
}

export interface Journal {
  readonly suites: readonly SuiteResult[]
  /** Whether all suites were gone through. */
  readonly isWhole: boolean
}

/** Where a worker's journal lies; the runner says so. */
const file = process.env.PIBAKE_TEST_JOURNAL

/** Writes down what has happened. Without a runner (a test file that is run by itself) nobody asks. */
export function note(entry: Entry): void {
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(entry)}\n`)
}

/** Reads what a worker has noted so far. */
export function readJournal(path: string): Journal {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
  // What a killed worker was writing has no line feed.
  return fold(lines.slice(0, -1).map((line) => JSON.parse(line) as Entry))
}

function fold(entries: readonly Entry[]): Journal {
  const suites: SuiteResult[] = []
  const begun: number[] = []
  let isWhole = false
  for (const entry of entries) {
    if (entry.what === 'end') {
      isWhole = true
      continue
    }
    if (entry.what === 'suite') {
      const { name, declared } = entry
      suites[entry.suite] = { name, declared, passed: 0, failed: 0, hookErrors: [], seconds: 0, running: undefined }
      continue
    }
    const suite = suites[entry.suite] as SuiteResult
    begun[entry.suite] ??= entry.at
    suite.seconds = (entry.at - (begun[entry.suite] as number)) / 1000
    suite.running = entry.what === 'begin' ? entry.title : undefined
    if (entry.what === 'passed' || entry.what === 'failed') suite[entry.what] += 1
    if (entry.what === 'hook' && entry.error !== undefined) suite.hookErrors.push(entry.error)
  }
  return { suites, isWhole }
}
