import './defer.ts'
import { exec, suite as uvuSuite } from 'uvu'

/**
 * The only door to uvu. uvu passes when a `before` hook throws, when `.run()` is forgotten and when nothing ran at all;
 * here suites run themselves, and every declared test is counted until it has passed or failed.
 */
export interface Suite {
  (title: string, body: () => void | Promise<void>): void
  before(body: () => void | Promise<void>): void
  after(body: () => void | Promise<void>): void
}

interface Tally {
  readonly name: string
  declared: number
  passed: number
  failed: number
  readonly hookErrors: unknown[]
  readonly run: () => void
}

const tallies: Tally[] = []

/** Declares a suite; `test/run.ts` runs every suite that the test files declared. */
export function suite(name: string): Suite {
  const inner = uvuSuite(name)
  const tally: Tally = { name, declared: 0, passed: 0, failed: 0, hookErrors: [], run: inner.run }
  tallies.push(tally)
  const declare = (title: string, body: () => void | Promise<void>) => {
    tally.declared += 1
    inner(title, async () => {
      try {
        await body()
        tally.passed += 1
      } catch (error) {
        tally.failed += 1
        // uvu's report formats only errors with a stack.
        throw error instanceof Error ? error : new Error(`thrown: ${String(error)}`)
      }
    })
  }
  const hook = (body: () => void | Promise<void>) => async () => {
    try {
      await body()
    } catch (error) {
      tally.hookErrors.push(error)
      throw error
    }
  }
  return Object.assign(declare, {
    before: (body: () => void | Promise<void>) => inner.before(hook(body)),
    after: (body: () => void | Promise<void>) => inner.after(hook(body)),
  })
}

/** Runs every declared suite, one after another. */
export async function runSuites(): Promise<void> {
  for (const tally of tallies) tally.run()
  await exec()
}

/** What came of it: a declared test that neither passed nor failed counts as failed, and so does a broken hook. */
export function outcome(): { passed: number; failed: number; complaints: string[] } {
  const complaints: string[] = []
  let passed = 0
  let failed = 0
  for (const tally of tallies) {
    passed += tally.passed
    const lost = tally.declared - tally.passed - tally.failed
    failed += tally.failed + lost + tally.hookErrors.length
    if (tally.declared === 0) {
      failed += 1
      complaints.push(`suite ${tally.name} declares no test`)
    }
    if (lost > 0) complaints.push(`suite ${tally.name}: ${lost} declared, never finished`)
    for (const error of tally.hookErrors) complaints.push(`suite ${tally.name}: hook failed: ${describe(error)}`)
  }
  if (tallies.length === 0) {
    failed += 1
    complaints.push('no suite was declared')
  }
  return { passed, failed, complaints }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
