import { isOutOfSpace } from '../base/disk/file-errors.ts'
import { visible } from '../base/encode/visible.ts'
import {
  CardError,
  FetchError,
  Interrupted,
  ReadBackError,
  SpaceError,
  TargetError,
  UnfinishedError,
} from '../base/errors.ts'
import { OutputError } from '../write/emit/errors.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { type Io, printJson } from './io.ts'
import { UsageError } from './usage-error.ts'

/** Tells why a command ended, on stderr (and as a document with `--json`), and gives the exit code of that failure. */
export function explainFailure(error: unknown, io: Io): ExitCode {
  const message = visible(error instanceof Error ? error.message : String(error))
  const isHinted = [TargetError, SpaceError, OutputError, FetchError, UsageError].some((kind) => error instanceof kind)
  const given = isHinted ? (error as { readonly hint: string | undefined }).hint : undefined
  const hint = given === undefined ? undefined : visible(given)
  const exit = exitOf(error)
  io.stderr.write(`pibake: ${message}\n`)
  if (hint !== undefined) io.stderr.write(`  hint: ${hint}\n`)
  if (isBug(error)) io.stderr.write(`${visible(error.stack ?? '').replaceAll('\\u{a}', '\n')}\n`)
  if (io.json) printJson(io, { schema: 'pibake.failure/1', exit, message, hint: hint ?? null })
  return exit
}

function exitOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return EXIT.usage
  if (error instanceof TargetError) return EXIT.refused
  if (error instanceof SpaceError || isOutOfSpace(error)) return EXIT.retry
  if (error instanceof FetchError && error.isTemporary) return EXIT.retry
  if (error instanceof Interrupted) return EXIT.interrupted
  return EXIT.failed
}

/** A code of the system names a failure of the machine; of what is nobody's fault but ours, the trace says where. */
function isBug(error: unknown): error is Error {
  if (!(error instanceof Error) || 'code' in error) return false
  const isOurs = [CardError, UnfinishedError, ReadBackError, OutputError, FetchError].some(
    (kind) => error instanceof kind,
  )
  return exitOf(error) === EXIT.failed && !isOurs
}
