import { spawnSync } from 'node:child_process'
import { programEnvironment, programPath } from '../base/process/find-program.ts'
import type { Asked, AskForSecret } from '../core/spec-file/referenced-files.ts'

/** A hash, a passphrase, a key: no secret of a device is longer. */
const MAX_BYTES = 1 << 20
/** Somebody may have to type the passphrase of a password manager. */
const MAX_SECONDS = 120

type Answer = ReturnType<AskForSecret>

/** What programs printed: each is run once, however often a command reads the spec, and by whichever of its threads. */
export const programAnswers = new Map<string, Answer>()

/**
 * Looks a secret up in the environment, or has a program print it. There is no shell, and what is printed goes nowhere but
 * into the answer.
 *
 * @param folder where programs run
 * @param mayAsk whether a program gets the terminal, to ask for what it needs
 */
export function askForSecret(source: Asked, folder: string, mayAsk: boolean): Answer {
  if ('env' in source) return variable(source.env)
  const key = JSON.stringify([folder, ...source.command])
  const answer = programAnswers.get(key) ?? run(source.command, folder, mayAsk)
  programAnswers.set(key, answer)
  return answer
}

function variable(name: string): Answer {
  const value = process.env[name] ?? ''
  if (value === '') return { failure: `the variable ${name} of the environment is not set` }
  return { bytes: new TextEncoder().encode(value) }
}

function run([program = '', ...words]: readonly string[], folder: string, mayAsk: boolean): Answer {
  if (program === '') return { failure: 'the command names no program' }
  const { error, status, signal, stdout } = spawnSync(programPath({ named: program }), words, {
    env: programEnvironment(),
    cwd: folder,
    stdio: [mayAsk ? 'inherit' : 'ignore', 'pipe', 'inherit'],
    maxBuffer: MAX_BYTES,
    timeout: MAX_SECONDS * 1000,
  })
  const fault = (error as NodeJS.ErrnoException | undefined)?.code
  if (fault === 'ENOENT') return { failure: `there is no program ${program}` }
  if (fault === 'ENOBUFS') return { failure: `${program} prints more than ${MAX_BYTES >> 20} MiB` }
  if (fault === 'ETIMEDOUT') return { failure: `${program} was not done after ${MAX_SECONDS} s` }
  if (fault !== undefined) return { failure: `${program} cannot be run (${fault})` }
  if (status !== 0) return { failure: `${program} ended with ${status ?? signal}` }
  return stdout.length === 0 ? { failure: `${program} printed nothing` } : { bytes: new Uint8Array(stdout) }
}
