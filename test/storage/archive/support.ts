import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { TargetError } from '../../../src/base/errors.ts'
import { seeded } from '../../support/seeded.ts'

export const KIB = 1024
export const MIB = 1024 * KIB

/** Something like an image: words, noise, and large empty parts, the last one at the end. */
export function sampleImage(size: number, seed = 1): Buffer {
  const random = seeded(seed)
  const words = ['root', 'x', '/usr/lib', '0000', 'systemd', '\n', 'Raspberry Pi', '\0\0\0\0']
  const image = Buffer.alloc(size)
  for (let start = 0; start < size - 256 * KIB; start += 128 * KIB) {
    const kind = random(4)
    if (kind === 0) continue
    for (let at = start; at < start + 128 * KIB - 16; ) {
      if (kind === 1) at += image.write(words[random(words.length)] ?? '', at)
      else at = image.writeInt32LE(kind === 2 ? random(2 ** 24) : random(300), at)
    }
  }
  image.writeUInt16LE(0xaa55, 510)
  return image
}

/** Writes `bytes` to the file `name` in the directory. */
export function put(directory: string, name: string, bytes: Uint8Array): string {
  const path = join(directory, name)
  writeFileSync(path, bytes)
  return path
}

/** What a real program prints when it is given `input`. */
export function run(program: string, args: readonly string[], input: Uint8Array): Buffer {
  return execFileSync(program, args, { input, maxBuffer: 256 * MIB, stdio: ['pipe', 'pipe', 'pipe'] })
}

/** Whether the two are the same, without printing them if not. */
export function same(actual: Uint8Array, expected: Uint8Array, what: string): void {
  assert.is(actual.length, expected.length, `${what}: length`)
  assert.ok(Buffer.compare(actual, expected) === 0, `${what}: bytes`)
}

/** The real programs find nothing wrong with the archive, and decode it to `expected`. */
export function judged(path: string, expected: Uint8Array): void {
  const program = path.endsWith('.xz') ? 'xz' : path.endsWith('.zst') ? 'zstd' : 'gzip'
  const archive = readFileSync(path)
  run(program, ['-t', '-q'], archive)
  same(run(program, ['-d', '-c', '-q'], archive), expected, path)
}

/** The work is refused as one of a target, with a message like this, and leaves only these files. */
export async function refused(
  work: () => unknown,
  message: RegExp,
  directory: string,
  left: readonly string[],
): Promise<void> {
  let error: unknown
  try {
    await work()
  } catch (thrown) {
    error = thrown
  }
  assert.instance(error, TargetError, `refused: ${error}`)
  assert.match(error instanceof Error ? error.message : '', message)
  assert.equal(readdirSync(directory).sort(), [...left].sort())
}

/** Calls `use` while only these programs are found. */
export async function withPrograms<T>(
  directory: string,
  programs: readonly string[],
  use: () => T | Promise<T>,
): Promise<T> {
  const bin = join(directory, 'bin')
  mkdirSync(bin, { recursive: true })
  for (const program of programs) {
    symlinkSync(execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim(), join(bin, program))
  }
  chmodSync(bin, 0o755)
  const { PATH } = process.env
  process.env.PATH = bin
  try {
    return await use()
  } finally {
    process.env.PATH = PATH
  }
}
