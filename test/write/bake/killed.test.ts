import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { program } from '../../support/cli.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { BASES, makeBases, ROUTES, SPEC } from './support/bases.ts'
import { digestsIn } from './support/digests.ts'

const test = suite('bake under kill -9')

/** `PIBAKE_KILLS=200` for a long run. */
const KILLS = Number(process.env.PIBAKE_KILLS ?? 4)

test(`killed at ${KILLS} moments: OUT is not there or whole, and the next bake clears up and makes the same`, () =>
  inWorkdir(async (work) => {
    await makeBases(work)
    const bases = digestsIn(work, BASES)
    const start = (base: string, out: string): { child: ChildProcess; ended: Promise<unknown[]> } => {
      const child = spawn(process.execPath, [program, 'bake', join(work, SPEC), join(work, base), '-o', out], {
        env: { ...process.env, SOURCE_DATE_EPOCH: '1790000000' },
        stdio: 'ignore',
      })
      return { child, ended: once(child, 'exit') }
    }
    const directory = join(work, 'out')
    const fresh = () => {
      rmSync(directory, { recursive: true, force: true })
      mkdirSync(directory)
    }
    const undisturbed = []
    for (const [base, name] of ROUTES) {
      fresh()
      const began = performance.now()
      assert.equal(await start(base, join(directory, name)).ended, [0, null])
      undisturbed.push({ base, name, duration: performance.now() - began, made: digestsIn(directory) })
    }
    const seen: Record<string, number> = {}
    for (let kill = 0; kill < KILLS; kill += 1) {
      const { base, name, duration, made } = undisturbed[kill % ROUTES.length] as (typeof undisturbed)[number]
      fresh()
      const { child, ended } = start(base, join(directory, name))
      // The golden ratio's multiples spread over the whole duration, however many there are.
      const delay = duration * (((kill + 1) * 0.618) % 1)
      await sleep(delay)
      child.kill('SIGKILL')
      await ended
      const message = `${base} to ${name}, killed after ${Math.round(delay)} of ${Math.round(duration)} ms`
      const left = readdirSync(directory)
      if (existsSync(join(directory, name))) assert.equal(digestsIn(directory, [name]), { [name]: made[name] }, message)
      assert.equal(await start(base, join(directory, name)).ended, [0, null], message)
      assert.equal(digestsIn(directory), made, message)
      const what = left.includes(name) ? 'OUT' : left.length > 0 ? 'temporary files' : 'nothing'
      seen[what] = (seen[what] ?? 0) + 1
    }
    assert.equal(digestsIn(work, BASES), bases)
    if (KILLS > 4) console.log(JSON.stringify(seen))
  }))
