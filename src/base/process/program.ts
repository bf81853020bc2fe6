import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { Interrupted, SpaceError, TargetError } from '../errors.ts'
import { findProgram, programEnvironment, programPath } from './find-program.ts'
import { pendingSignals } from './pending-signals.ts'
import type { ProgramName } from './programs.ts'

export type Program = Extract<ProgramName, 'xz' | 'zstd' | 'cp'>

/** Whether the program can be called: a folder of PATH has it. */
export function hasProgram(program: Program): boolean {
  return findProgram(program) !== undefined
}

/** A program that was started, and how it ended. */
export interface Running {
  readonly child: ChildProcess
  /** Settles when the program has ended; rejects with what it complained of. */
  readonly ended: Promise<void>
}

/**
 * Starts a program. An abort kills it, by its own process id.
 *
 * @param about the file that it works on, for messages
 */
export function start(
  program: Program,
  args: readonly string[],
  options: { about: string; stdio: SpawnOptions['stdio']; signal: AbortSignal | undefined },
): Running {
  const { about, stdio, signal } = options
  const child = spawn(programPath(program), args, { stdio, env: environment() })
  const abort = () => child.kill('SIGKILL')
  signal?.addEventListener('abort', abort)
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000)
  })
  // A program that ends early closes the pipe: its own complaint is the one to report.
  child.stdin?.on('error', () => undefined)
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', async (status, by) => {
      if (status !== 0) await pendingSignals()
      if (signal?.aborted === true) reject(new Interrupted())
      else if (status === 0) resolve()
      else reject(failure(program, about, complaint, status ?? by))
    })
  }).finally(() => signal?.removeEventListener('abort', abort))
  if (signal?.aborted === true) abort()
  // Whoever reads the output meets the failure first; awaiting `ended` tells it.
  ended.catch(() => undefined)
  return { child, ended }
}

/** Calls `use` with all that a program prints. If `use` throws, the program is killed and waited for. */
export async function eachOutput(
  { child, ended }: Running,
  use: (bytes: Buffer) => void | Promise<void>,
): Promise<void> {
  try {
    for await (const bytes of child.stdout ?? []) await use(bytes)
  } catch (error) {
    child.kill('SIGKILL')
    await ended.catch(() => undefined)
    throw error
  }
  await ended
}

/** Runs a compressor on bytes in memory and gives what it printed. */
export async function filter(
  program: Program,
  args: readonly string[],
  input: readonly Uint8Array[],
  options: { about: string; signal: AbortSignal | undefined },
): Promise<Buffer> {
  const { child, ended } = start(program, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] })
  const output: Buffer[] = []
  child.stdout?.on('data', (bytes: Buffer) => output.push(bytes))
  for (const bytes of input) child.stdin?.write(bytes)
  child.stdin?.end()
  await ended
  return Buffer.concat(output)
}

/** {@link filter}, waiting for it. @param limit more bytes of output than this are an error */
export function filterSync(
  program: Program,
  args: readonly string[],
  input: Uint8Array,
  options: { about: string; limit: number },
): Uint8Array {
  const { about, limit } = options
  const { error, status, signal, stdout, stderr } = spawnSync(programPath(program), args, {
    input,
    // One more, so that exactly `limit` bytes are fine.
    maxBuffer: limit + 1,
    env: environment(),
  })
  // A program that ends early breaks the pipe to it too: its own complaint is the one to report.
  if (status !== null && status !== 0) throw failure(program, about, stderr.toString(), status)
  if (error !== undefined) throw new TargetError(`${about}: cannot be decoded: ${error.message}`, { cause: error })
  if (status === null) throw failure(program, about, stderr.toString(), signal)
  return stdout
}

/** What users have set for these programs must not change what comes out. */
function environment(): NodeJS.ProcessEnv {
  const { XZ_OPT: _, XZ_DEFAULTS: _1, ZSTD_CLEVEL: _2, ZSTD_NBTHREADS: _3, ...rest } = programEnvironment()
  return { ...rest, LC_ALL: 'C' }
}

function failure(program: Program, about: string, complaint: string, status: number | string | null): Error {
  const text = complaint
    .split('\n')
    .map((line) => line.replace(/^\s*(?:xz|zstd)\s*: /, '').replace(/^\S*stdin\S*\s*: /, ''))
    .filter((line) => line !== '')
    .join('; ')
  if (/No space left|Disk quota/.test(complaint)) {
    const cause = Object.assign(new Error(text), { code: 'ENOSPC' })
    return new SpaceError(`${about}: no space left`, { cause })
  }
  return new TargetError(`${about}: ${program} says: ${text === '' ? `ended with ${status}` : text}`)
}
