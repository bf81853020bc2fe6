import * as assert from 'uvu/assert'
import { failEachOnce, killBeforeEach, killRecoveryBeforeEach } from '../../support/anomaly.ts'
import { suite } from '../../support/suite.ts'

// Here every call that changes the disk; `device/` has the same with every call whatsoever, which takes a minute.
const test = suite('commit under faults')

test('whichever change of the disk finds no space, the target is as it was and nothing is left over', async () => {
  assert.ok((await failEachOnce('changes', 'ENOSPC')) > 100)
})

test('killed before whichever change of the disk, the next run finds the way back or to the end', async () => {
  assert.ok((await killBeforeEach('changes')) > 100)
})

test('killed again on the way back, the run after that finds it', async () => {
  assert.ok((await killRecoveryBeforeEach('changes')) > 30)
})
