import type { ExitCode } from '../cli/exit.ts'
import { explainFailure } from '../cli/failure.ts'
import type { Io } from '../cli/io.ts'
import { silentIo } from '../cli/silent-io.ts'
import type { Access, Problem } from './documents.ts'
import { PibakeError } from './pibake-error.ts'

/** What of a command's document of a refusal or a failure (`--json`) becomes an error. */
interface Refusal {
  readonly message?: string
  readonly hint?: string | null
  readonly problems?: readonly Problem[]
  readonly access?: Access | null
}

/**
 * Runs the work of a command, which says why it ends by an exit code and what it prints; here that is thrown.
 *
 * @throws PibakeError
 */
export async function answer<T extends object>(work: (io: Io) => Promise<T | ExitCode>): Promise<T> {
  const printed: Record<'stdout' | 'stderr', string[]> = { stdout: [], stderr: [] }
  const io: Io = {
    ...silentIo((text) => printed.stderr.push(text)),
    stdout: silentIo((text) => printed.stdout.push(text)).stdout,
    json: true,
  }
  let cause: unknown
  const result = await work(io).catch((error: unknown) => {
    cause = error
    return explainFailure(error, io)
  })
  if (typeof result === 'object') return result
  const refusal = JSON.parse(printed.stdout.join('') || '{}') as Refusal
  const message = refusal.message ?? (printed.stderr.join('').trimEnd() || 'the spec is refused')
  throw new PibakeError(message, {
    exit: result,
    hint: refusal.hint ?? undefined,
    problems: refusal.problems,
    access: refusal.access ?? undefined,
    cause,
  })
}
