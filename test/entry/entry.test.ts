import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'

/** Where the compiled tests lie: `build/test`. */
const compiled = fileURLToPath(new URL('..', import.meta.url))

interface Result {
  readonly status: number | null
  readonly lastLine: string | undefined
  readonly stderr: string
}

/** Runs a copy of the test entry on one test file that holds `body`. */
function entryOn(body: string): Result {
  // Beside build/test, so that packages are found as they are there.
  const place = mkdtempSync(join(dirname(dirname(compiled)), 'entry-'))
  try {
    for (const file of ['run.js', 'support/suite.js', 'support/defer.js']) {
      mkdirSync(dirname(join(place, file)), { recursive: true })
      cpSync(join(compiled, file), join(place, file))
    }
    const header = "import { suite } from './support/suite.js'\nconst test = suite('fixture')\n"
    writeFileSync(join(place, 'fixture.test.js'), body.startsWith('//') ? body : header + body)
    const done = spawnSync(process.execPath, [join(place, 'run.js')], { encoding: 'utf8', timeout: 20_000 })
    return { status: done.status, lastLine: done.stdout.trimEnd().split('\n').at(-1), stderr: done.stderr }
  } finally {
    rmSync(place, { recursive: true })
  }
}

const test = suite('test entry')

test('passes when the tests do', () => {
  const { status, lastLine } = entryOn("test('one', () => {})\ntest('two', async () => {})")
  assert.is(lastLine, '2 passed, 0 failed')
  assert.is(status, 0)
})

const broken: Readonly<Record<string, { body: string; lastLine: string; says?: string }>> = {
  'a failing test': { body: "test('one', () => { throw new Error('no') })", lastLine: '0 passed, 1 failed' },
  'a rejected promise': { body: "test('one', async () => { throw new Error('no') })", lastLine: '0 passed, 1 failed' },
  'a thrown string': { body: "test('one', () => { throw 'no' })", lastLine: '0 passed, 1 failed' },
  'a thrown undefined': { body: "test('one', () => { throw undefined })", lastLine: '0 passed, 1 failed' },
  'a hook that throws before the tests': {
    body: "test.before(() => { throw new Error('no root') })\ntest('one', () => {})",
    lastLine: '0 passed, 2 failed',
    says: 'no root',
  },
  'a hook that throws after the tests': {
    body: "test.after(() => { throw new Error('still mounted') })\ntest('one', () => {})",
    lastLine: '1 passed, 1 failed',
    says: 'still mounted',
  },
  'a suite without a test': { body: '', lastLine: '0 passed, 1 failed', says: 'declares no test' },
  'a file without a suite': { body: '// nothing here', lastLine: '0 passed, 1 failed', says: 'no suite' },
  'a test that never settles': {
    body: "test('one', () => {})\ntest('two', () => new Promise(() => {}))\ntest('three', () => {})",
    lastLine: '1 passed, 2 failed',
    says: 'never finished',
  },
  'a test that ends the process': {
    body: "test('one', () => process.exit(0))",
    lastLine: '0 passed, 1 failed',
    says: 'never finished',
  },
}

for (const [what, { body, lastLine, says }] of Object.entries(broken)) {
  test(`fails on ${what}`, () => {
    const result = entryOn(body)
    assert.is(result.lastLine, lastLine)
    assert.is(result.status, 1)
    if (says !== undefined) assert.match(result.stderr, says)
  })
}
