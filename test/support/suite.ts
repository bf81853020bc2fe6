import './defer.ts'
import { exec, suite as uvuSuite } from 'uvu'
import { note } from '../runner/journal.ts'

/**
 * The only door to uvu. uvu passes when a `before` hook throws, when `.run()` is forgotten and when nothing ran at all;
 * here suites run themselves, and the runner counts every declared test until it has passed or failed.
 */
export interface Suite {
  (title: string, body: () => void | Promise<void>): void
  before(body: () => void | Promise<void>): void
  after(body: () => void | Promise<void>): void
}

interface Declared {
  readonly name: string
  declared: number
  readonly run: () => void
}

const all: Declared[] = []

/** Declares a suite; {@link runSuites} runs every one that the test file declared. */
export function suite(name: string): Suite {
  const inner = uvuSuite(name)
  const own: Declared = { name, declared: 0, run: inner.run }
  const index = all.push(own) - 1
  const declare = (title: string, body: () => void | Promise<void>) => {
    own.declared += 1
    inner(title, async () => {
      note({ what: 'begin', suite: index, at: Date.now(), title })
      try {
        await body()
        note({ what: 'passed', suite: index, at: Date.now() })
      } catch (error) {
        note({ what: 'failed', suite: index, at: Date.now() })
        // uvu's report formats only errors with a stack.
        throw error instanceof Error ? error : new Error(`thrown: ${String(error)}`)
      }
    })
  }
  const hook = (kind: 'before' | 'after', body: () => void | Promise<void>) =>
    inner[kind](async () => {
      note({ what: 'begin', suite: index, at: Date.now(), title: kind })
      try {
        await body()
        note({ what: 'hook', suite: index, at: Date.now(), error: undefined })
      } catch (error) {
        note({ what: 'hook', suite: index, at: Date.now(), error: describe(error) })
        throw error
      }
    })
  return Object.assign(declare, {
    before: (body: () => void | Promise<void>) => hook('before', body),
    after: (body: () => void | Promise<void>) => hook('after', body),
  })
}

/** Runs every declared suite, one after another. */
export async function runSuites(): Promise<void> {
  for (const [suite, { name, declared }] of all.entries()) note({ what: 'suite', suite, name, declared })
  for (const { run } of all) run()
  await exec()
  note({ what: 'end' })
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
