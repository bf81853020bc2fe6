import { fstatSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { throwIfAborted } from '../../base/disk/new-file.ts'
import { TargetError } from '../../base/errors.ts'
import { eachOutput, hasProgram, start } from '../../base/process/program.ts'
import { assertPortable, decodeXzPortably } from './decode-xz-portably.ts'
import { assertLimit, FIRST } from './decoded-size.ts'
import { type Decoding, type Reading, type Use, withDescriptor } from './decoding.ts'
import { type BlockLayout, readBlock } from './xz-block.ts'
import { readXzIndex, type XzIndex } from './xz-index.ts'

const MIB = 1024 * 1024
/** A block of `xz -T0 -6`, coded and decoded, with its dictionary. */
const PER_CORE = 100 * MIB
/** Enough for `xz -9` on one core; a file that wants more is made to fill the memory. */
const MEMORY = Math.max(320 * MIB, PER_CORE * availableParallelism())
/** Milliseconds. */
const PROGRESS = 100

/**
 * Decodes an .xz file. What it decodes to is known, exactly, from its index and the heads of its chunks, so that xz can
 * write straight into the file: a pipe through this process would take a sixth of the time again.
 */
export async function decodeXz(decoding: Decoding): Promise<void> {
  const { source, path } = decoding
  const index = readXzIndex(source, path)
  if (!hasProgram('xz')) {
    assertSizes(index, decoding, assertPortable)
    return decodeXzPortably(index, decoding)
  }
  assertLimit(path, index.size, decoding.limit(await firstBytes(decoding)))
  throwIfAborted(decoding.signal)
  await withDescriptor(path, (input) => decodeByProgram(index, input, decoding))
}

async function decodeByProgram(index: XzIndex, input: number, decoding: Decoding): Promise<void> {
  const { fd, path, signal } = decoding
  const stdio = [input, fd, 'pipe'] as const
  const { child, ended } = start('xz', xzArguments('-T0'), { about: path, stdio: [...stdio], signal })
  const timer = setInterval(() => decoding.onProgress?.(fstatSync(fd).size, index.size), PROGRESS)
  try {
    // While xz works: if a size is a lie, it is stopped.
    assertSizes(index, decoding)
    await ended
  } catch (error) {
    child.kill('SIGKILL')
    await ended.catch(() => undefined)
    throw error
  } finally {
    clearInterval(timer)
  }
  const { size } = fstatSync(fd)
  if (size !== index.size)
    throw new TargetError(`${path}: decoded to ${size} bytes, not the ${index.size} of its index`)
  decoding.onProgress?.(index.size, index.size)
}

/** Decodes an .xz file by the xz program. @param size what it decodes to, as its index has it */
export function eachXz({ path, signal, onProgress }: Reading, size: number, use: Use): Promise<void> {
  let done = 0
  return withDescriptor(path, (input) =>
    eachOutput(
      start('xz', xzArguments('-T0'), { about: path, stdio: [input, 'pipe', 'pipe'], signal }),
      async (bytes) => {
        await use(bytes)
        done += bytes.length
        onProgress?.(done, size)
      },
    ),
  )
}

function xzArguments(threads: string): string[] {
  return ['-d', '-c', threads, `--memlimit-decompress=${MEMORY}`]
}

/** The first MiB of the image. */
async function firstBytes({ path, signal }: Decoding): Promise<Uint8Array> {
  return withDescriptor(path, async (input) => {
    const { child, ended } = start('xz', xzArguments('-T1'), { about: path, stdio: [input, 'pipe', 'pipe'], signal })
    const found: Buffer[] = []
    let size = 0
    for await (const bytes of child.stdout ?? []) {
      found.push(bytes)
      size += bytes.length
      if (size >= FIRST) break
    }
    if (size < FIRST) await ended
    child.kill('SIGKILL')
    await ended.catch(() => undefined)
    return Buffer.concat(found).subarray(0, FIRST)
  })
}

/**
 * @param also a further condition on each block
 * @throws TargetError when a block says something else of its sizes than the index does
 */
function assertSizes(
  index: XzIndex,
  { source, path }: Decoding,
  also?: (path: string, block: BlockLayout) => void,
): void {
  for (const { check, blocks } of index.streams) {
    for (const block of blocks) {
      const layout = readBlock(source, block, check)
      if (layout === undefined) {
        throw new TargetError(`${path}: damaged: the block at ${block.offset} is not what the index says`)
      }
      also?.(path, layout)
    }
  }
}
