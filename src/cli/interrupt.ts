import { Interrupted } from '../base/errors.ts'
import { pendingSignals } from '../base/process/pending-signals.ts'
import { EXIT } from './exit.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs work that Ctrl-C, SIGTERM and a closed terminal call off: the first of them aborts the signal, and the work ends
 * itself (by `Interrupted`, exit 130) when it has cleared up. The second ends the process at once, with 130.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController()
  const stop = () => {
    if (abort.signal.aborted) process.exit(EXIT.interrupted)
    abort.abort()
  }
  for (const signal of SIGNALS) process.on(signal, stop)
  try {
    return await work(abort.signal)
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop)
  }
}

/**
 * Runs work that writes nothing and waits for other programs. They hear Ctrl-C too, and what they say then is not the
 * reason for the end.
 *
 * @throws Interrupted when it was called off
 */
export function unlessInterrupted<T>(work: () => Promise<T>): Promise<T> {
  return interruptible(async (signal) => {
    const result = await work().catch(async (error) => {
      await pendingSignals()
      throw signal.aborted ? new Interrupted() : error
    })
    if (signal.aborted) throw new Interrupted()
    return result
  })
}
