import { setTimeout } from 'node:timers/promises'
import { interruptible } from '../../src/cli/interrupt.ts'
import { processIo } from '../../src/cli/io.ts'
import { progress } from '../../src/cli/progress.ts'

/**
 * Works for a while with progress, as a command does: `node progress-child.js MS [--quiet] [--deaf]`. Deaf: it goes on
 * when it is called off. Says `ready` on stdout once signals are taken.
 */
const ms = Number(process.argv[2])
const has = (flag: string) => process.argv.includes(flag)
const io = processIo({ quiet: has('--quiet') })

await interruptible(async (signal) => {
  console.log('ready')
  const total = 2_000_000_000
  const shown = progress(io, 'copy', total)
  const start = Date.now()
  try {
    while (Date.now() - start < ms) {
      await setTimeout(20)
      if (signal.aborted && !has('--deaf')) {
        process.exitCode = 130
        return
      }
      shown.update(Math.min(total, ((Date.now() - start) / ms) * total))
    }
  } finally {
    shown.done()
  }
})
