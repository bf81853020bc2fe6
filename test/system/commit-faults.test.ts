import * as assert from 'uvu/assert'
import { failEachOnce, killBeforeEach, killRecoveryBeforeEach } from '../support/anomaly.ts'
import { suite } from '../support/suite.ts'

const test = suite('commit under faults of every system call')

test('whichever call fails, the target is as it was and nothing is left over', async () => {
  assert.ok((await failEachOnce('all', 'EIO')) > 500)
})

test('killed before whichever call, the next run finds the way back or to the end', async () => {
  assert.ok((await killBeforeEach('all')) > 500)
})

test('killed again before whichever call on the way back, the run after that finds it', async () => {
  assert.ok((await killRecoveryBeforeEach('all')) > 100)
})
