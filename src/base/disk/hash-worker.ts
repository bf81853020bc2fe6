import { createHash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'

/** The thread of a {@link HashThread}. It answers to bytes when they are hashed, and to `undefined` with the digest, and begins anew. */
let hash = createHash('sha256')

parentPort?.on('message', (bytes: Uint8Array | undefined) => {
  if (bytes === undefined) {
    parentPort?.postMessage(hash.digest('hex'))
    hash = createHash('sha256')
    return
  }
  hash.update(bytes)
  parentPort?.postMessage('')
})
