import type { Answer, Call, Failure, Verb } from '../worker/protocol.ts'
import type { OnProgress } from '../worker/streams.ts'
import type { verbs } from '../worker/verbs.ts'
import { TEXT } from './texts.ts'

/** What was not done, as the program says it. */
export class WorkError extends Error {
  readonly hint: string | undefined

  constructor({ message, hint, isFileLost = false }: Failure) {
    super(isFileLost ? TEXT.lost : message)
    this.hint = hint
  }
}

interface Waiting {
  readonly resolve: (value: never) => void
  readonly reject: (error: Error) => void
  readonly onProgress: OnProgress
}

type Argument<V extends Verb> = Parameters<(typeof verbs)[V]>[0]
type Result<V extends Verb> = Awaited<ReturnType<(typeof verbs)[V]>>

/** The worker, which does one thing after another; it can be ended in the middle of anything. */
export class WorkerClient {
  readonly #url: string
  #worker: Worker
  #last = 0
  readonly #waiting = new Map<number, Waiting>()

  /** @param code the program of the worker */
  constructor(code: string) {
    this.#url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))
    this.#worker = this.#start()
  }

  /** @throws WorkError with what the program says */
  ask<V extends Verb>(verb: V, argument: Argument<V>, onProgress: OnProgress = () => undefined): Promise<Result<V>> {
    return new Promise((resolve, reject) => {
      const call: Call = { id: ++this.#last, verb, argument }
      this.#waiting.set(call.id, { resolve, reject, onProgress })
      this.#worker.postMessage(call)
    })
  }

  /** Ends all work at once: it is synchronous, and hears nothing. What was open is not any more. */
  cancel(): void {
    this.#worker.terminate()
    this.#fail(TEXT.cancelled)
    this.#worker = this.#start()
  }

  #start(): Worker {
    const worker = new Worker(this.#url)
    worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#take(data)
    worker.onerror = (event) => this.#fail(event.message)
    return worker
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    if ('share' in answer) {
      waiting?.onProgress(answer.share, answer.needs)
      return
    }
    this.#waiting.delete(answer.id)
    if ('failure' in answer) waiting?.reject(new WorkError(answer.failure))
    else waiting?.resolve(answer.result as never)
  }

  #fail(message: string): void {
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { reject } of all) reject(new WorkError({ message }))
  }
}
