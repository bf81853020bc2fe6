import { setImmediate } from 'node:timers/promises'

/**
 * Lets the signals in that have come already. Ctrl-C goes to the programs that we wait for too, and the end of one may be
 * told first: what came while this turn of the event loop looked for events is only seen by the next one.
 */
export async function pendingSignals(): Promise<void> {
  await setImmediate()
  await setImmediate()
}
