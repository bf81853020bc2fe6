import { Worker } from 'node:worker_threads'
import { visible } from '../base/encode/visible.ts'
import { Interrupted } from '../base/errors.ts'
import { EXIT } from './exit.ts'
import type { DeviceTask } from './fleet-job.ts'
import type { Outcome, WorkerStart } from './fleet-worker.ts'

/** So long a thread may take to undo its device when the run is called off, in ms. */
const PATIENCE = 5000

/**
 * Gives the tasks to threads, each the next one as soon as it is free.
 *
 * @param threads how many
 * @param onOutcome in the order in which devices are done
 * @throws Interrupted when it was called off: every thread has ended
 */
export async function runTasks(
  start: WorkerStart,
  tasks: readonly DeviceTask[],
  threads: number,
  signal: AbortSignal,
  onOutcome: (task: DeviceTask, outcome: Outcome) => void,
): Promise<void> {
  const waiting = tasks.values()
  const run = async () => {
    let thread = new DeviceThread(start, signal)
    const ended = async (error: Error): Promise<Outcome> => {
      await thread.end()
      thread = new DeviceThread(start, signal)
      return { exit: EXIT.failed, text: `pibake: ${visible(error.message)}\n` }
    }
    try {
      for (const task of waiting) {
        if (signal.aborted) break
        const outcome = await thread.make(task).catch(ended)
        if (!signal.aborted || 'made' in outcome) onOutcome(task, outcome)
      }
    } finally {
      await thread.end()
    }
  }
  await Promise.all(Array.from({ length: Math.min(threads, tasks.length) }, run))
  if (signal.aborted) throw new Interrupted()
}

/** One thread, which makes one device at a time. */
class DeviceThread {
  readonly #worker: Worker
  readonly #stop: () => void
  #timer: NodeJS.Timeout | undefined
  readonly #signal: AbortSignal
  #answer: { resolve(outcome: Outcome): void; reject(error: Error): void } | undefined
  #failure: Error | undefined

  constructor(start: WorkerStart, signal: AbortSignal) {
    this.#worker = new Worker(new URL('./fleet-worker.js', import.meta.url), { workerData: start })
    this.#signal = signal
    this.#worker.on('message', (outcome: Outcome) => this.#answer?.resolve(outcome))
    this.#worker.on('error', (error: Error) => this.#fail(error))
    this.#worker.on('exit', () => this.#fail(new Error('the thread that made it has ended')))
    this.#stop = () => {
      this.#worker.postMessage('stop')
      this.#timer = setTimeout(() => this.#worker.terminate(), PATIENCE)
    }
    signal.addEventListener('abort', this.#stop, { once: true })
  }

  make(task: DeviceTask): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) reject(this.#failure)
      this.#answer = { resolve, reject }
      this.#worker.postMessage(task)
    })
  }

  async end(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#stop)
    clearTimeout(this.#timer)
    await this.#worker.terminate()
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#answer?.reject(error)
  }
}
