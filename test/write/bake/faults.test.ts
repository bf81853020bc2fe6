import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { program } from '../../support/cli.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { BASES, makeBases, ROUTES, SPEC } from './support/bases.ts'
import { digestsIn } from './support/digests.ts'

const test = suite('bake, and calls of the system fail')

/** How many calls of each kind fail on each way, spread over all there are; `PIBAKE_FAULTS=all` for every one. */
const FAULTS = process.env.PIBAKE_FAULTS === 'all' ? Number.POSITIVE_INFINITY : Number(process.env.PIBAKE_FAULTS ?? 1)

/** A call as strace(1) names it, what it then gives, and the exit code that is right. */
const KINDS = [
  { call: 'pread64', result: 'error=EIO', exit: 1 },
  // The end of the file, where there should be more of it: it became shorter.
  { call: 'pread64', result: 'retval=0', exit: 3 },
  { call: 'pwrite64', result: 'error=EIO', exit: 1 },
  { call: 'pwrite64', result: 'error=ENOSPC', exit: 75 },
  // OUT may have its place by then.
  { call: 'fsync', result: 'error=EIO', exit: 1 },
  { call: 'rename', result: 'error=ENOSPC', exit: 75 },
] as const
const CALLS = [...new Set(KINDS.map(({ call }) => call))].join()

/** Runs Node.js with its first thread under strace: what compressors and further threads do is not counted. */
function traced(args: readonly string[], inject: readonly string[] = []) {
  const { error, status, output } = spawnSync(
    'strace',
    ['-qq', '-y', '-o', '!cat >&3', '-e', `trace=${CALLS}`, ...inject, process.execPath, ...args],
    {
      env: { ...process.env, SOURCE_DATE_EPOCH: '1790000000' },
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      maxBuffer: 64 << 20,
    },
  )
  if (error !== undefined) throw error
  const lines = (output[3] ?? '').split('\n')
  /** Which calls of that name are the program's own: those with which Node.js loads packages are left alone. */
  const numbers = (call: string) =>
    lines
      .filter((line) => line.startsWith(`${call}(`))
      .flatMap((line, i) => (/^\w+\(\d+<[^>]*(?:\/package\.json|\.so\.\d+)>/.test(line) ? [] : [i + 1]))
  return { status, stderr: output[2] ?? '', numbers }
}

for (const [base, name] of ROUTES) {
  test(`${base} to ${name}: nothing is left, or all of it; the base is as it was; the exit code says why`, () =>
    inWorkdir(async (work) => {
      await makeBases(work)
      const bases = digestsIn(work, BASES)
      const directory = join(work, 'out')
      const bake = [program, 'bake', join(work, SPEC), join(work, base), '-o', join(directory, name)]
      const fresh = () => {
        rmSync(directory, { recursive: true, force: true })
        mkdirSync(directory)
      }
      fresh()
      const undisturbed = traced(bake)
      assert.is(undisturbed.status, 0, undisturbed.stderr)
      const wanted = digestsIn(directory)
      for (const { call, result, exit } of KINDS) {
        const calls = undisturbed.numbers(call)
        assert.ok(calls.length > 0, call)
        const step = Math.max(1, calls.length / FAULTS)
        for (let at = FAULTS < calls.length ? Math.random() * step : 0; at < calls.length; at += step) {
          fresh()
          const number = calls[Math.floor(at)]
          const { status, stderr } = traced(bake, ['-e', `inject=${call}:${result}:when=${number}`])
          const message = `${call} ${number}, ${Math.floor(at) + 1} of ${calls.length}, ${result}: ${stderr}`
          assert.is(status, exit, message)
          const left = digestsIn(directory)
          const isPlaced = ['fsync', 'rename'].includes(call) && name in left
          assert.equal(left, isPlaced ? pick(wanted, Object.keys(left)) : {}, message)
        }
      }
      assert.equal(digestsIn(work, BASES), bases)
    }))
}

function pick<T>(from: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T | undefined> {
  return Object.fromEntries(names.map((name) => [name, from[name]]))
}
