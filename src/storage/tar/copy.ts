import { CACHED } from '../archive/pieces.ts'
import type { TarArchive } from './archive.ts'
import type { Carried } from './carried.ts'
import { BLOCK } from './header.ts'

/** Takes bytes in order; a chunk is the sink's only until its promise is fulfilled. */
export type Sink = (chunk: Uint8Array) => Promise<void> | void

/** Bytes of their own, or a range of the archive. */
export type Part = Uint8Array | { readonly start: number; readonly end: number }

/**
 * Gives the parts to the sink, ranges in pieces of {@link CACHED}, small parts collected; then the end marker of a tar,
 * filled up to a whole record.
 *
 * @returns the ranges, where they are now
 */
export async function copyParts(
  archive: TarArchive,
  parts: readonly Part[],
  record: number,
  sink: Sink,
): Promise<readonly Carried[]> {
  const piece = Buffer.allocUnsafeSlow(CACHED)
  let held = 0
  let total = 0
  const room = async (): Promise<number> => {
    if (held < CACHED) return CACHED - held
    await sink(piece)
    held = 0
    return CACHED
  }
  const fill = async (length: number, put: (at: Uint8Array, done: number) => void) => {
    for (let done = 0; done < length; ) {
      const count = Math.min(length - done, await room())
      put(piece.subarray(held, held + count), done)
      held += count
      done += count
    }
    total += length
  }
  const carried: Carried[] = []
  for (const part of parts) {
    if (part instanceof Uint8Array) await fill(part.length, (at, done) => at.set(part.subarray(done, done + at.length)))
    else {
      carried.push({ ...part, at: total })
      await fill(part.end - part.start, (at, done) => archive.readInto(at, part.start + done))
    }
  }
  const end = Math.ceil((total + 2 * BLOCK) / record) * record - total
  await fill(end, (at) => at.fill(0))
  await sink(piece.subarray(0, held))
  return carried
}
