import { spawnSync } from 'node:child_process'
import { patient } from '../../runner/patience.ts'

/** What a finished command left: exit status (null: killed by a signal) and its output as text. */
export interface Finished {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Seconds until the command is killed, on a machine of the usual speed; 120 unless given. */
  readonly timeout?: number
}

/** Runs a command to its end, with `LC_ALL=C.UTF-8` and nothing on stdin unless `input` is given. */
export function attempt(command: readonly string[], options: RunOptions = {}): Finished {
  const [program, ...args] = command
  if (program === undefined) throw new Error('no command')
  const done = spawnSync(program, args, {
    encoding: 'utf8',
    input: options.input ?? '',
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...options.env },
    timeout: patient(options.timeout ?? 120) * 1000,
    killSignal: 'SIGKILL',
    maxBuffer: 256 * 1024 * 1024,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  if (done.error !== undefined) throw new Error(`${command.join(' ')}: ${done.error.message}`, { cause: done.error })
  return { status: done.status, stdout: done.stdout, stderr: done.stderr }
}

/**
 * Runs a command that has to succeed.
 *
 * @returns its stdout
 * @throws Error with the command and all it printed, when it ends with anything but 0
 */
export function run(command: readonly string[], options: RunOptions = {}): string {
  const done = attempt(command, options)
  if (done.status !== 0) {
    throw new Error(`${command.join(' ')}: exit ${done.status}\n${done.stdout}${done.stderr}`)
  }
  return done.stdout
}
