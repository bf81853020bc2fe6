import type { Journal } from './journal.ts'

/** How a test file's worker ended. */
export interface FileRun {
  /** Path below the folder of the tests. */
  readonly file: string
  readonly journal: Journal
  /** Exit status, or the signal that ended it; undefined: it was never started. */
  readonly ended: number | NodeJS.Signals | undefined
  readonly seconds: number
  /** The limit that it was killed for. */
  readonly limit: string | undefined
}

export interface Outcome {
  readonly passed: number
  readonly failed: number
  /** What no test has said itself. */
  readonly complaints: readonly string[]
}

/** A declared test that neither passed nor failed counts as failed; so does a broken hook, and a file that says nothing. */
export function outcomeOf({ file, journal, ended, limit }: FileRun): Outcome {
  if (ended === undefined) return { passed: 0, failed: 1, complaints: [`${file} was not run: ${limit}`] }
  const complaints: string[] = []
  let passed = 0
  let failed = 0
  for (const suite of journal.suites) {
    passed += suite.passed
    const lost = suite.declared - suite.passed - suite.failed
    failed += suite.failed + lost + suite.hookErrors.length
    if (suite.declared === 0) {
      failed += 1
      complaints.push(`suite ${suite.name} declares no test`)
    }
    const at = suite.running === undefined ? '' : `, the first of them: ${suite.running}`
    if (lost > 0) complaints.push(`suite ${suite.name}: ${lost} declared, never finished${at}`)
    for (const error of suite.hookErrors) complaints.push(`suite ${suite.name}: hook failed: ${error}`)
  }
  if (journal.suites.length === 0) complaints.push('no suite was declared')
  if (limit !== undefined) complaints.push(`killed: ${limit}`)
  // uvu ends with 1 when a test has failed.
  else if (!journal.isWhole || (ended !== 0 && failed === 0))
    complaints.push(`ended before its tests were over: ${ended}`)
  const isQuiet = journal.isWhole && ended === 0 && journal.suites.length > 0
  // Whatever was wrong with the file itself is a failure, if no test has failed for it.
  if (!isQuiet && failed === 0) failed = 1
  return { passed, failed, complaints: complaints.map((complaint) => `${file}: ${complaint}`) }
}
