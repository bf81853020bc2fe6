import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { commit } from '../../../src/write/apply/commit.ts'
import { recover } from '../../../src/write/apply/recover.ts'
import { changesOn, plantCard, withTarget } from '../../support/bake-fixture.ts'
import { snapshot } from '../../support/snapshot.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('commit under kill -9')
const CHILD = fileURLToPath(new URL('../../support/commit-child.js', import.meta.url))
/** At least so many kills; on a busy machine more, until they have met different moments. */
const KILLS = 15
const MOST_KILLS = 90

test('a real process, killed at any time, leaves a card that recover makes old or new, and apply then new', () =>
  inWorkdir(async (work) => {
    const fresh = (name: string) => {
      mkdirSync(join(work, name))
      plantCard(join(work, name))
      return join(work, name)
    }
    const before = snapshot(fresh('old'))
    const done = fresh('done')
    const start = async (card: string) => {
      const child = spawn(process.execPath, [CHILD, card], { stdio: ['ignore', 'pipe', 'inherit'] })
      const exit = once(child, 'exit')
      await once(child.stdout, 'data')
      return { child, exit }
    }
    const undisturbed = await start(done)
    const began = performance.now()
    await undisturbed.exit
    const duration = performance.now() - began
    const after = snapshot(done)

    const outcomes = new Set<string>()
    for (let kill = 0; kill < KILLS || (outcomes.size < 2 && kill < MOST_KILLS); kill += 1) {
      // The golden ratio's multiples spread over the whole duration, however many there are.
      const delay = duration * ((kill * 0.618) % 1)
      const card = fresh('card')
      const { child, exit } = await start(card)
      await sleep(delay)
      child.kill('SIGKILL')
      await exit
      await withTarget(card, async (target) => {
        outcomes.add(recover(target))
        const now = snapshot(card)
        if (JSON.stringify(now) !== JSON.stringify(after)) assert.equal(now, before, `killed after ${delay} ms`)
        await commit(target, changesOn(target), { epoch: 1_700_000_000 })
      })
      assert.equal(snapshot(card), after, `killed after ${delay} ms, applied again`)
      rmSync(card, { recursive: true })
    }
    assert.ok(outcomes.size > 1, `the kills met different moments: ${[...outcomes]}`)
  }))
