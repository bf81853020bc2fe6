import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** A SHA-256 that is computed in a thread of its own, beside the work that the bytes come from. */
export class HashThread {
  readonly #worker = new Worker(new URL('./hash-worker.js', import.meta.url))
  /** Who waits for the thread, in the order of its answers. */
  readonly #waiting: (() => void)[] = []
  #digest: string | undefined

  constructor() {
    this.#worker.on('message', (digest: string | undefined) => {
      this.#digest = digest
      this.#waiting.shift()?.()
    })
  }

  /**
   * Adds bytes. Those in shared memory are read where they are, and are lent until the thread is through with them, which
   * settles what is returned; all others are copied.
   */
  update(bytes: Uint8Array): Promise<void> {
    this.#worker.postMessage(bytes)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** The digest of all, in hexadecimal. The last call, but for {@link HashThread.stop}. */
  async digest(): Promise<string> {
    this.#worker.postMessage(undefined)
    while (this.#digest === undefined) await once(this.#worker, 'message')
    await this.stop()
    return this.#digest
  }

  /** Ends the thread. */
  async stop(): Promise<void> {
    await this.#worker.terminate()
  }
}
