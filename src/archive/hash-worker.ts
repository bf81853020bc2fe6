import { createHash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'

/**
 * The thread of a {@link HashThread}. It gets buffers and gives them back when they are hashed; `undefined` asks for the
 * digest.
 */
const hash = createHash('sha256')

parentPort?.on('message', (bytes: Uint8Array<ArrayBuffer> | undefined) => {
  if (bytes === undefined) {
    parentPort?.postMessage(hash.digest('hex'))
    parentPort?.close()
    return
  }
  hash.update(bytes)
  parentPort?.postMessage(bytes.buffer, [bytes.buffer])
})
