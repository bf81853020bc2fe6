import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { Interrupted } from '../errors.ts'

const CHUNK = 4 * 1024 * 1024

/**
 * The SHA-256 of a file, in hex.
 *
 * @param options.signal looked at between reads; an abort ends in {@link Interrupted}
 * @param options.onBytes told how many bytes were read so far
 */
export async function sha256OfFile(
  file: string,
  options: { readonly signal?: AbortSignal; readonly onBytes?: (bytes: number) => void } = {},
): Promise<string> {
  const hash = createHash('sha256')
  const handle = await open(file)
  try {
    const buffer = Buffer.allocUnsafe(CHUNK)
    for (let total = 0; ; ) {
      if (options.signal?.aborted === true) throw new Interrupted()
      const { bytesRead } = await handle.read(buffer, 0, CHUNK, total)
      if (bytesRead === 0) break
      hash.update(buffer.subarray(0, bytesRead))
      total += bytesRead
      options.onBytes?.(total)
    }
  } finally {
    await handle.close()
  }
  return hash.digest('hex')
}
