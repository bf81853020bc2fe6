import { fstatSync, fsyncSync, type Stats, statSync, write } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { errno } from '../base/disk/disk.ts'
import { PlainFile } from '../base/disk/plain-file.ts'
import { Interrupted } from '../base/errors.ts'
import { CACHED, pieces } from '../storage/archive/pieces.ts'
import { isTar } from '../storage/tar/tar-name.ts'
import { assertFolder } from './output-place.ts'
import { UsageError } from './usage-error.ts'

/** The output that is no file: `--output -`. */
export const STDOUT = '-'

const DESCRIPTOR = 1

type Put = (bytes: Uint8Array) => Promise<void>

/**
 * Standard output takes the bytes of an output if somebody reads them, and it does not lead into the base.
 *
 * @param command the one that makes a file
 * @throws UsageError naming it
 */
export function assertTakesBytes(base: string, command: () => string): void {
  if (process.stdout.isTTY === true) {
    throw new UsageError('--output -: standard output is a terminal, and what comes is for a program', command())
  }
  const [out, from] = [fstatSync(DESCRIPTOR), statSync(base, { throwIfNoEntry: false })]
  if (out.dev === from?.dev && out.ino === from.ino) {
    throw new UsageError('BASE is never written, and standard output leads into it', command())
  }
  assertFolder(streamedFrom(base), 'TMPDIR')
}

/**
 * Where an output is made and read back before the first byte of it leaves. Its name says of what kind it is: an image or an
 * archive as the base is, unpacked.
 */
export function streamedFrom(base: string): string {
  return join(tmpdir(), isTar(base) ? 'pibake.tar' : 'pibake.img')
}

/**
 * Writes a file to standard output.
 *
 * @throws Error when its reader ends early, SpaceError when it leads to a full disk, Interrupted
 */
export async function streamFile(path: string, signal: AbortSignal): Promise<void> {
  const file = new PlainFile(path)
  let done = 0
  try {
    const stats = fstatSync(DESCRIPTOR)
    const put = isPipe(stats) ? putToPipe(signal) : putToFile
    for (const piece of pieces(file, 0, file.size, CACHED)) {
      signal.throwIfAborted()
      await put(piece)
      done += piece.length
    }
    if (stats.isFile() || stats.isBlockDevice()) fsyncSync(DESCRIPTOR)
  } catch (error) {
    if (signal.aborted) throw new Interrupted()
    throw named(error, `${done} of ${file.size} bytes`)
  } finally {
    file.close()
  }
}

function named(error: unknown, how: string): unknown {
  const code = errno(error)
  if (code === undefined) return error
  const why = code === 'EPIPE' ? 'its reader ended' : `it failed (${code})`
  return Object.assign(new Error(`standard output: ${why} after ${how}`, { cause: error }), { code })
}

/** Node's own stream has made the descriptor of a pipe one that does not wait: only the stream can write to it. */
function isPipe(stats: Stats): boolean {
  return stats.isFIFO() || stats.isSocket()
}

/** A reader that does not read keeps the bytes waiting; not the one who calls the work off. */
function putToPipe(signal: AbortSignal): Put {
  return (bytes) =>
    new Promise((resolve, reject) => {
      const stop = () => reject(new Interrupted())
      signal.addEventListener('abort', stop, { once: true })
      process.stdout.write(bytes, (error) => {
        signal.removeEventListener('abort', stop)
        if (error) reject(error)
        else resolve()
      })
    })
}

/** Node gives a block device a stream that swallows all, so the descriptor itself is written to, at its own position. */
const putToFile: Put = async (bytes) => {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await promisify(write)(DESCRIPTOR, bytes, done, bytes.length - done, null)
    done += bytesWritten
  }
}
