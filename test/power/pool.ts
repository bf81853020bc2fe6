import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Kernel } from './kernel.ts'
import type { Reference } from './network-trial.ts'
import type { Case } from './schedule.ts'
import type { Result } from './trial.ts'

/** What a worker works with; `work` is a directory of its own, which it makes and removes. */
export interface Setting {
  readonly kernel: Kernel
  /** The moment that {@link Guests.save} has saved. */
  readonly saved: string
  readonly baked: string
  readonly work: string
  /** For the network half: what it leaves without a cut. */
  readonly reference?: Reference
}

export type Answer = { readonly result: Result } | { readonly broken: string }

/**
 * Runs cases side by side, each process with one at a time.
 *
 * @param take called with what came of each case, in the order in which they end; says whether to go on
 * @throws Error when the machinery breaks, as opposed to the device
 */
export async function runCases(
  cases: readonly { readonly index: number; readonly cuts: Case }[],
  settings: readonly Setting[],
  take: (index: number, result: Result) => boolean,
): Promise<void> {
  const queue = [...cases]
  let goOn = true
  const work = async (setting: Setting) => {
    const child = fork(fileURLToPath(new URL('worker.js', import.meta.url)), [JSON.stringify(setting)])
    try {
      for (let next = queue.shift(); goOn && next !== undefined; next = queue.shift()) {
        const answer = await ask(child, next.cuts)
        if ('broken' in answer) throw new Error(`case ${next.index}: ${answer.broken}`)
        goOn = take(next.index, answer.result) && goOn
      }
    } catch (error) {
      goOn = false
      throw error
    } finally {
      if (child.connected) child.disconnect()
    }
  }
  const ends = await Promise.allSettled(settings.map(work))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

function ask(child: ChildProcess, cuts: Case): Promise<Answer> {
  return new Promise((resolve) => {
    const ended = (code: number | null) => resolve({ broken: `the worker ended with ${code}` })
    child.once('exit', ended)
    child.once('message', (answer) => {
      child.off('exit', ended)
      resolve(answer as Answer)
    })
    child.send(cuts)
  })
}
