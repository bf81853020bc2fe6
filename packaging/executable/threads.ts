/** In a single-file executable, in place of node:worker_threads: the threads' programs are inside. */
import { getAsset } from 'node:sea'
import { Worker as NodeWorker, type WorkerOptions } from 'node:worker_threads'

export { parentPort, workerData } from 'node:worker_threads'

export class Worker extends NodeWorker {
  /** @param file the module that would lie beside the program */
  constructor(file: URL, options: WorkerOptions = {}) {
    super(getAsset(`threads${file.pathname.slice(file.pathname.lastIndexOf('/'))}`, 'utf8'), { ...options, eval: true })
  }
}
