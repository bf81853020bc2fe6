import { availableParallelism, totalmem } from 'node:os'
import { UNIT } from '../../base/bytes/bytes.ts'
import { TargetError } from '../../base/errors.ts'
import { eachOutput, hasProgram, start } from '../../base/process/program.ts'
import type { Encoding } from './encoding.ts'
import { copies } from './pieces.ts'

const PIECE = 1024 * 1024
const LEVEL = 6
/** Bytes that a thread of `xz -6` with blocks of {@link UNIT} takes: its encoder, and the blocks that wait. */
const PER_THREAD = 190 * PIECE

/** Writes an .xz file by the xz program, in blocks of {@link UNIT}. */
export async function encodeXz(encoding: Encoding): Promise<void> {
  const { source, path, level = LEVEL, signal, write, onProgress } = encoding
  if (!hasProgram('xz')) noEncoder(path)
  const args = ['-z', '-c', '-q', `-${level}`, '--check=crc64', `--block-size=${UNIT}`, `-T${threads()}`]
  const running = start('xz', args, { about: path, stdio: ['pipe', 'pipe', 'pipe'], signal })
  const { stdin } = running.child
  const feed = async () => {
    let done = 0
    for (const bytes of copies(source, 0, source.size, PIECE)) {
      // If xz ends early, its complaint comes from its end.
      if (stdin?.write(bytes) === false) {
        await Promise.race([new Promise((resolve) => stdin.once('drain', resolve)), running.ended])
      }
      done += bytes.length
      onProgress(done, source.size)
    }
    stdin?.end()
  }
  await Promise.all([feed(), eachOutput(running, write)])
}

/** At least two: with one, xz writes no sizes into the heads of blocks, and the bytes would be others. */
function threads(): number {
  return Math.max(2, Math.min(availableParallelism(), Math.floor(totalmem() / 2 / PER_THREAD)))
}

/** @throws TargetError */
function noEncoder(path: string): never {
  throw new TargetError(`${path}: this machine has no xz program to write it with`, {
    hint: 'install it (Debian: xz-utils), or choose .img, .img.gz or .img.zst',
  })
}
