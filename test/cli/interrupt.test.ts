import * as assert from 'uvu/assert'
import { Interrupted } from '../../src/base/errors.ts'
import { unlessInterrupted } from '../../src/cli/interrupt.ts'
import { suite } from '../support/suite.ts'

const test = suite('work that Ctrl-C calls off')

/** How the work ends. Nobody else hears the signal: other tests end by it. */
async function endOf(work: () => Promise<string>): Promise<string | Error> {
  const others = process.rawListeners('SIGHUP') as NodeJS.SignalsListener[]
  process.removeAllListeners('SIGHUP')
  try {
    return await unlessInterrupted(work).catch((error: Error) => error)
  } finally {
    for (const other of others) process.on('SIGHUP', other)
  }
}

test('a program that ends by Ctrl-C before we hear of it is not the reason', async () => {
  const end = await endOf(async () => {
    process.kill(process.pid, 'SIGHUP')
    throw new Error('apt has died')
  })
  assert.instance(end, Interrupted)
})

test('what was done all the same does not count', async () => {
  const end = await endOf(async () => {
    process.kill(process.pid, 'SIGHUP')
    await new Promise((resolve) => setTimeout(resolve, 20))
    return 'done'
  })
  assert.instance(end, Interrupted)
})

test('without Ctrl-C the result and the failure are the work’s own', async () => {
  assert.is(await endOf(async () => 'done'), 'done')
  const failure = new Error('no space')
  assert.is(await endOf(() => Promise.reject(failure)), failure)
})
