import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** The SHA-256 of a file, by a reading of its own: right beside another one it comes from memory, not from the disk. */
export async function hashFile(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash: Hash = createHash('sha256')
  const stream = createReadStream(path, { highWaterMark: 1024 * 1024, ...(signal === undefined ? {} : { signal }) })
  for await (const bytes of stream) hash.update(bytes as Buffer)
  return hash.digest('hex')
}
