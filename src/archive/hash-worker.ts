import { createHash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'

/** The thread of a {@link HashThread}. It answers to bytes when they are hashed; `undefined` asks for the digest. */
const hash = createHash('sha256')

parentPort?.on('message', (bytes: Uint8Array | undefined) => {
  if (bytes !== undefined) {
    hash.update(bytes)
    parentPort?.postMessage(undefined)
    return
  }
  parentPort?.postMessage(hash.digest('hex'))
  parentPort?.close()
})
