import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { SpaceError, UnfinishedError } from '../../src/base/errors.ts'
import type { Change } from '../../src/core/plan/state.ts'
import { commit } from '../../src/write/apply/commit.ts'
import { isUnfinished, recover } from '../../src/write/apply/recover.ts'
import { changesOn, plantCard, withTarget } from './bake-fixture.ts'
import { deadProcess, type Fault, faultyDisk } from './faulty-disk.ts'
import { snapshot as look } from './snapshot.ts'
import { inWorkdir } from './workdir.ts'

const EPOCH = 1_700_000_000

/**
 * Directory times too: nobody may see that a failed apply was there. But for the partitions' own directories: killed
 * between the staging directory's going and the last call, nothing on the card knows their times any more.
 */
const snapshot = (card: string) =>
  look(card, { times: true }).map((line) => line.replace(/^("(?:\/boot|\/root)?" .*:\d+) \d+/, '$1'))

interface Bench {
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** How many calls of a commit that nothing disturbs change the disk. */
  readonly changing: number
  /** A fresh card on which commit meets the fault; `inspect` sees the card and what was thrown. Gives whether it fired. */
  attempt(fault: Fault, inspect: (card: string, thrown: unknown) => Promise<void>): Promise<boolean>
}

/** One card as it was, one as it is to be, and a fresh one for each attempt. */
function onBench(use: (bench: Bench) => Promise<void>): Promise<void> {
  return inWorkdir(async (work) => {
    const fresh = (name: string) => {
      mkdirSync(join(work, name))
      plantCard(join(work, name))
      return join(work, name)
    }
    const [old, done] = [fresh('old'), fresh('done')]
    let changes: readonly Change[] = []
    const counting = faultyDisk({ at: 0, lasts: 'once', code: 'none', among: 'changes' })
    await withTarget(
      done,
      async (target) => {
        changes = changesOn(target)
        await commit(target, changes, { epoch: EPOCH })
      },
      counting.disk,
    )
    const changing = counting.calls()
    const attempt: Bench['attempt'] = async (fault, inspect) => {
      const card = fresh('card')
      const faulty = faultyDisk(fault)
      let thrown: unknown
      const run = withTarget(card, (target) => commit(target, changes, { epoch: EPOCH }), deadProcess(faulty.disk))
      await run.catch((error) => {
        thrown = error
      })
      await inspect(card, thrown)
      rmSync(card, { recursive: true })
      return faulty.fired()
    }
    await use({ before: snapshot(old), after: snapshot(done), changing, attempt })
  })
}

/** Fails the first call, the second, … until there are fewer than that; gives how many there are. */
async function untilNoneFires(attempt: (at: number) => Promise<boolean>): Promise<number> {
  let at = 1
  while (await attempt(at)) at += 1
  return at - 1
}

/** Whichever call fails once: the target is as it was and nothing is left over; past the mark, as it is to be. */
export function failEachOnce(among: Fault['among'], code: string): Promise<number> {
  let calls = 0
  return onBench(async ({ before, after, attempt }) => {
    let committed = 0
    calls = await untilNoneFires((at) =>
      attempt({ at, lasts: 'once', code, among }, async (card, thrown) => {
        if (thrown !== undefined) {
          assert.equal(snapshot(card), before, `call ${at}`)
          assert.is(thrown instanceof SpaceError, code === 'ENOSPC', `call ${at}: ${thrown}`)
          return
        }
        // Past the mark a failure leaves something to clear up, and the next run does that.
        committed += 1
        await withTarget(card, recover)
        assert.equal(snapshot(card), after, `call ${at}`)
      }),
    )
    assert.ok(committed > 0 && committed < calls / 2, `${committed} of ${calls} calls are past the mark`)
  }).then(() => calls)
}

/** Killed before whichever call: the next run finds the way back, or to the end. */
export function killBeforeEach(among: Fault['among']): Promise<number> {
  let calls = 0
  return onBench(async ({ before, after, attempt }) => {
    const endedIn = { before: 0, after: 0, 'after, unknown to the dead': 0 }
    calls = await untilNoneFires((at) =>
      attempt({ at, lasts: 'ever', code: 'EIO', among }, async (card, thrown) => {
        await withTarget(card, (target) => {
          recover(target)
          assert.not(isUnfinished(target))
        })
        const isAfter = JSON.stringify(snapshot(card)) === JSON.stringify(after)
        if (!isAfter) assert.equal(snapshot(card), before, `call ${at}`)
        if (thrown === undefined) assert.ok(isAfter, `call ${at}: what was reported done stays done`)
        if (isAfter && thrown !== undefined) assert.instance(thrown, UnfinishedError)
        endedIn[isAfter ? (thrown === undefined ? 'after' : 'after, unknown to the dead') : 'before'] += 1
      }),
    )
    assert.ok(endedIn.before > 10 && endedIn.after > 3, JSON.stringify(endedIn))
    // Between the renaming that is the mark and the answer that it is on the disk.
    assert.ok(endedIn['after, unknown to the dead'] < 10, JSON.stringify(endedIn))
  }).then(() => calls)
}

/** Killed late in a commit, and again before each call of the recovery: the one after finds the way back. */
export function killRecoveryBeforeEach(among: Fault['among']): Promise<number> {
  let calls = 0
  return onBench(async ({ before, changing, attempt }) => {
    const last = await lastTornCall(attempt, changing)
    calls = await untilNoneFires(async (at) => {
      let fired = false
      await attempt({ at: last, lasts: 'ever', code: 'EIO', among: 'changes' }, async (card) => {
        const faulty = faultyDisk({ at, lasts: 'ever', code: 'EIO', among })
        await withTarget(card, recover, deadProcess(faulty.disk)).catch((error) => assert.match(error.message, /EIO/))
        fired = faulty.fired()
        await withTarget(card, recover)
        assert.equal(snapshot(card), before, `call ${at}`)
      })
      return fired
    })
  }).then(() => calls)
}

/** The last changing call before which a kill leaves something to take back: all steps are done then. */
async function lastTornCall(attempt: Bench['attempt'], calls: number): Promise<number> {
  for (let at = calls; at > 0; at -= 1) {
    let torn = false
    await attempt({ at, lasts: 'ever', code: 'EIO', among: 'changes' }, async (card) => {
      torn = (await withTarget(card, recover)) === 'taken back'
    })
    if (torn) return at
  }
  throw new Error('no kill leaves anything to take back')
}
