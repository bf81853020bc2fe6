import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { patient } from '../runner/patience.ts'
import { suite } from '../support/suite.ts'

/** Where the compiled tests lie: `build/test`. */
const compiled = fileURLToPath(new URL('..', import.meta.url))

interface Result {
  readonly status: number | null
  readonly lastLine: string | undefined
  readonly stderr: string
}

function copyEntry(place: string): void {
  for (const part of ['run.js', 'runner', 'support/suite.js', 'support/defer.js']) {
    cpSync(join(compiled, part), join(place, part), { recursive: true })
  }
}

/** Runs a copy of the test entry on one test file that holds `body`. */
function entryOn(body: string, env: Readonly<Record<string, string>> = {}): Result {
  // Beside build/test, so that packages are found as they are there.
  const place = mkdtempSync(join(dirname(dirname(compiled)), 'entry-'))
  try {
    copyEntry(place)
    const header = "import { suite } from './support/suite.js'\nconst test = suite('fixture')\n"
    writeFileSync(join(place, 'fixture.test.js'), body.startsWith('//') ? body : header + body)
    const done = spawnSync(process.execPath, [join(place, 'run.js')], {
      encoding: 'utf8',
      timeout: patient(20) * 1000,
      // The fixture's durations are not those of this machine's tests.
      env: { ...process.env, XDG_CACHE_HOME: place, ...env },
    })
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

test('a run that takes too long says so, names the test that hung, and counts', () => {
  const body = "test('one', () => {})\ntest('two', () => new Promise((done) => setTimeout(done, 600_000)))"
  const { status, lastLine, stderr } = entryOn(body, { PIBAKE_TEST_LIMIT: '2' })
  assert.is(lastLine, '1 passed, 1 failed')
  assert.is(status, 1)
  assert.match(stderr, /suite fixture: 1 declared, never finished, the first of them: two/)
  assert.match(stderr, /the whole run took longer than 2 s/)
})

/** Whatever of this machine names `mark`: processes by their words, folders of runs. */
function leftovers(mark: string): string[] {
  const processes = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandOf(pid).includes(mark))
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith('pibake-run-'))
  return [...processes, ...folders]
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    // It has ended.
    return ''
  }
}

test('a run that is killed leaves no process and no folder', async () => {
  // A daemon in a session of its own, as gpg-agent is one; the number is this test's mark.
  const mark = `600.${process.pid}`
  const daemon = `spawn('sleep', ['${mark}'], { detached: true, stdio: 'ignore' }).unref()`
  const body = `import { spawn } from 'node:child_process'
import { suite } from './support/suite.js'
const test = suite('fixture')
test('one', () => { ${daemon}; return new Promise((done) => setTimeout(done, 600_000)) })`
  const place = mkdtempSync(join(dirname(dirname(compiled)), 'entry-'))
  try {
    copyEntry(place)
    writeFileSync(join(place, 'fixture.test.js'), body)
    const run = spawn(process.execPath, [join(place, 'run.js')], {
      stdio: 'ignore',
      env: { ...process.env, XDG_CACHE_HOME: place },
    })
    await until('the daemon', () => leftovers(mark).length >= 2)
    run.kill('SIGKILL')
    await until('an end of all', () => leftovers(mark).length === 0)
  } finally {
    rmSync(place, { recursive: true })
  }
})

async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = Date.now() + patient(20) * 1000
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`${what}: not in time`)
    await sleep(100)
  }
}
