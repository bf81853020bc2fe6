/** One of the processes that run the cases of a sweep side by side: takes cases from {@link Pool}, sends what came of them. */
import { mkdirSync, rmSync } from 'node:fs'
import { Guests, machines } from './guest.ts'
import { NetworkTrial } from './network-trial.ts'
import type { Answer, Setting } from './pool.ts'
import type { Case } from './schedule.ts'
import { Trial } from './trial.ts'

const setting = JSON.parse(process.argv[2] ?? '') as Setting
mkdirSync(setting.work, { recursive: true })
process.once('exit', () => rmSync(setting.work, { recursive: true, force: true }))
const { baked, work, reference } = setting
const guests = new Guests(setting.kernel, setting.saved, reference === undefined ? machines.local : machines.network)
const trial =
  reference === undefined ? new Trial(guests, baked, work) : new NetworkTrial(guests, baked, work, reference)
process.on('message', async (next: Case) => {
  const answer: Answer = await trial.run(next).then(
    (result) => ({ result }),
    (error: Error) => ({ broken: error.message }),
  )
  process.send?.(answer)
})
// The sweep is over, or has been broken off.
process.once('disconnect', () => process.exit())
