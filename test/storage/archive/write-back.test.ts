import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { whileWrittenBack } from '../../../src/storage/archive/write-back.ts'
import { suite } from '../../support/suite.ts'

const test = suite('archive: writing back')
/** Milliseconds: long enough for a first sync. */
const LONG = 700

/** How the work ends, on what the kernel cannot sync: so a sync is seen by its failure. */
async function endOf(work: () => Promise<string>): Promise<string> {
  const fd = openSync('/dev/null', 'w')
  try {
    return await whileWrittenBack(fd, work).catch((error: Error) => error.message)
  } finally {
    closeSync(fd)
  }
}

test('a file is synced while it is filled, and a sync that fails is told', async () => {
  assert.is(await endOf(() => sleep(LONG, 'done')), 'EINVAL: invalid argument, fdatasync')
})

test('work that is soon done is not synced, and its failure is its own', async () => {
  assert.is(await endOf(async () => 'done'), 'done')
  assert.is(await endOf(() => Promise.reject(new Error('damaged'))), 'damaged')
})
