import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** Buffers that are on their way; more would only take memory. */
const BUFFERS = 4
/** What a buffer holds at least. */
const SIZE = 1024 * 1024

/** A SHA-256 that is computed in a thread of its own, beside the work that the bytes come from. */
export class HashThread {
  readonly #worker = new Worker(new URL('./hash-worker.js', import.meta.url))
  readonly #free: ArrayBuffer[] = []
  #made = 0
  #digest: string | undefined

  constructor() {
    this.#worker.on('message', (message: ArrayBuffer | string) => {
      if (typeof message === 'string') this.#digest = message
      else this.#free.push(message)
    })
  }

  /** Adds bytes, which are copied; waits while the thread is behind. */
  async update(bytes: Uint8Array): Promise<void> {
    const buffer = await this.#take(bytes.length)
    const copy = new Uint8Array(buffer, 0, bytes.length)
    copy.set(bytes)
    this.#worker.postMessage(copy, [buffer])
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

  async #take(size: number): Promise<ArrayBuffer> {
    if (this.#free.length === 0 && this.#made < BUFFERS) {
      this.#made += 1
      return new ArrayBuffer(Math.max(size, SIZE))
    }
    while (this.#free.length === 0) await once(this.#worker, 'message')
    const buffer = this.#free.pop()
    return buffer !== undefined && buffer.byteLength >= size ? buffer : new ArrayBuffer(size)
  }
}
