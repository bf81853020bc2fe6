import { Worker } from 'node:worker_threads'

interface Waiting {
  readonly resolve: (digest: string) => void
  readonly reject: (error: Error) => void
}

/** SHA-256 of one thing after another, computed in a thread of its own beside the work that the bytes come from. */
export class HashThread {
  readonly #worker = new Worker(new URL('./hash-worker.js', import.meta.url))
  /** Who waits for the thread, in the order of its answers. */
  readonly #waiting: Waiting[] = []

  constructor() {
    this.#worker.on('message', (digest: string) => this.#waiting.shift()?.resolve(digest))
    this.#worker.on('error', (error: Error) => {
      for (const { reject } of this.#waiting.splice(0)) reject(error)
    })
  }

  /**
   * Adds bytes. Those in shared memory are read where they are, and are lent until the thread is through with them, which
   * settles what is returned; all others are copied.
   */
  async update(bytes: Uint8Array): Promise<void> {
    await this.#ask(bytes)
  }

  /** The digest, in hexadecimal, of all since the last one. */
  digest(): Promise<string> {
    return this.#ask(undefined)
  }

  /** Ends the thread. */
  async stop(): Promise<void> {
    await this.#worker.terminate()
  }

  #ask(bytes: Uint8Array | undefined): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#worker.postMessage(bytes)
    })
  }
}
