import { join } from 'node:path'
import { setInterval } from 'node:timers'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { patient } from '../runner/patience.ts'
import { inputOf } from './input.ts'

/** What the thread is given. */
export interface Order {
  /** Names, and inputs in place of random ones. */
  readonly readers: readonly { readonly name: string; readonly given?: readonly Uint8Array[] }[]
  readonly seed: number
  /** For each reader. */
  readonly inputs: number
  /** After which a reader gets no further input. */
  readonly milliseconds: number
  /** The only one that anything may be written to. */
  readonly folder: string
  /** Two numbers of 32 bits: which reader reads, and which input. */
  readonly place: SharedArrayBuffer
}

/** An input with which a reader did what none may do. */
export interface Failure {
  readonly index: number
  readonly what: string
  readonly input: Uint8Array
}

/** What came of one reader. */
export interface Outcome {
  readonly reader: string
  readonly inputs: number
  readonly seconds: number
  /** Milliseconds of the input that took longest. */
  readonly slowest: number
  /** Inputs that were refused with an error. */
  readonly refused: number
  readonly failures: readonly Failure[]
}

/** Far more than a reader needs for an input of these sizes. */
const HEAP = 512
/** Seconds after which a reader will not come to an end. */
const HANGS = 30

/** Feeds readers one after the other, each with inputs of its own; the outcome of each is told as soon as it is known. */
export async function fuzz(order: Omit<Order, 'place'>, told: (outcome: Outcome) => void): Promise<void> {
  let left = order.readers
  for (let round = 0; left.length > 0; round++) {
    const place = new SharedArrayBuffer(8)
    const folder = join(order.folder, `${round}`)
    const done = await fed({ ...order, folder, readers: left, place }, told)
    if (done.failure !== undefined) told(await ended(left[done.count]?.name ?? '', order.seed, place, done.failure))
    left = left.slice(done.count + (done.failure === undefined ? 0 : 1))
  }
}

function fed(order: Order, told: (outcome: Outcome) => void): Promise<{ count: number; failure: string | undefined }> {
  return new Promise((resolve) => {
    let count = 0
    const worker = new Worker(fileURLToPath(new URL('worker.js', import.meta.url)), {
      workerData: order,
      resourceLimits: { maxOldGenerationSizeMb: HEAP },
    })
    let isEnded = false
    const end = (failure: string | undefined) => {
      if (isEnded) return
      isEnded = true
      clearInterval(watch)
      void worker.terminate().then(() => resolve({ count, failure }))
    }
    const watch = watching(order.place, () => end(`it has not come to an end for ${HANGS} s`))
    worker.on('message', (outcome: Outcome) => {
      count += 1
      told(outcome)
    })
    worker.on('error', (error) => end(error.stack ?? error.message))
    worker.on('exit', () => end(count < order.readers.length ? 'the process ended' : undefined))
  })
}

function watching(place: SharedArrayBuffer, hangs: () => void): NodeJS.Timeout {
  const at = new Int32Array(place)
  let [last, since] = ['', Date.now()]
  return setInterval(() => {
    const now = `${Atomics.load(at, 0)} ${Atomics.load(at, 1)}`
    if (now !== last) [last, since] = [now, Date.now()]
    else if (Date.now() - since > patient(HANGS) * 1000) hangs()
  }, 500)
}

async function ended(name: string, seed: number, place: SharedArrayBuffer, what: string): Promise<Outcome> {
  const index = Atomics.load(new Int32Array(place), 1)
  const { fuzzedReaders } = await import('./readers/index.ts')
  const reader = fuzzedReaders.find((one) => one.name === name)
  if (reader === undefined) throw new Error(what)
  const failures = [{ index, what, input: inputOf(reader, seed, index) }]
  return { reader: name, inputs: index, seconds: 0, slowest: HANGS * 1000, refused: 0, failures }
}
