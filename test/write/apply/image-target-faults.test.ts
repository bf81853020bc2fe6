import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Disk } from '../../../src/base/disk/disk.ts'
import { explainFailure } from '../../../src/cli/failure.ts'
import { changesOf } from '../../../src/core/plan/changes.ts'
import { ImageTarget } from '../../../src/write/apply/image-target.ts'
import { type Fault, faultyDisk } from '../../support/faulty-disk.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { makeCard, OPERATIONS } from './support/card.ts'

const test = suite('an image is changed in place, and calls of the system fail')

/** All that `apply --image` does with the image: looks for what was left, reads, edits, writes. */
async function change(path: string, disk?: Disk): Promise<void> {
  const image = new ImageTarget(path, {}, disk)
  image.isUnfinished()
  image.recover()
  await image.commit(changesOf(image, OPERATIONS), { epoch: 1_700_000_000 })
}

/** Lets the first call fail, the second, … until there are fewer than that; each time on the old image. */
async function failEach(
  fault: Omit<Fault, 'at'>,
  inspect: (thrown: unknown, state: 'old' | 'new' | 'torn', call: string) => void,
): Promise<number> {
  let calls = 0
  await inWorkdir(async (work) => {
    const path = join(work, 'card.img')
    makeCard(path)
    const before = readFileSync(path)
    await change(path)
    const after = readFileSync(path)
    const state = () => {
      const now = readFileSync(path)
      if (now.equals(before)) return 'old'
      return now.equals(after) ? 'new' : 'torn'
    }
    for (let fired = true; fired; calls += 1) {
      if (state() !== 'old') writeFileSync(path, before)
      const faulty = faultyDisk({ ...fault, at: calls + 1 })
      let thrown: unknown
      try {
        await change(path, faulty.disk)
      } catch (error) {
        thrown = error
      }
      fired = faulty.fired()
      inspect(thrown, state(), `call ${calls + 1}: ${thrown}`)
      // As if the process had ended: its own lock would keep out nobody but itself.
      for (const name of readdirSync(work)) if (name.includes('pibake-lock')) rmSync(join(work, name))
      await change(path)
      assert.is(state(), 'new', `call ${calls + 1}, then once more`)
      assert.equal(readdirSync(work), ['card.img'])
    }
  })
  return calls
}

const exitOf = (error: unknown) =>
  explainFailure(error, { stderr: { write: () => true }, json: false } as unknown as Parameters<
    typeof explainFailure
  >[1])

for (const [code, among, exit] of [
  ['EIO', 'all', 1],
  ['ENOSPC', 'changes', 75],
] as const) {
  test(`${code}, once, of ${among === 'all' ? 'any call' : 'a call that changes the disk'}: the image is as it was, or all is done`, async () => {
    const calls = await failEach({ lasts: 'once', code, among }, (thrown, state, call) => {
      assert.is(state, thrown === undefined ? 'new' : 'old', call)
      // A lock of its own that could not be removed keeps it out too.
      const isKeptOut = /another pibake/.test(String(thrown))
      if (thrown !== undefined) assert.is(exitOf(thrown), isKeptOut ? 3 : exit, call)
    })
    assert.ok(calls > (among === 'all' ? 80 : 10), `${calls} calls`)
  })
}

test('as if dead from any call that changes the disk on: the next call makes it new', async () => {
  await failEach({ lasts: 'ever', code: 'EIO', among: 'changes' }, () => undefined)
})
