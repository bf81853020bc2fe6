import { Interrupted, UnfinishedError } from '../apply/errors.ts'
import { visible } from '../encode/visible.ts'
import { SpaceError, TargetError } from '../tree/tree.ts'
import { EXIT, type ExitCode } from './exit.ts'

/** Tells on `stream` why a command ended, and gives the exit code of that kind of failure. */
export function explainFailure(error: unknown, stream: NodeJS.WritableStream): ExitCode {
  const message = error instanceof Error ? error.message : String(error)
  stream.write(`pibake: ${visible(message)}\n`)
  if (error instanceof TargetError) {
    if (error.hint !== undefined) stream.write(`  hint: ${visible(error.hint)}\n`)
    return EXIT.refused
  }
  if (error instanceof SpaceError) return EXIT.retry
  if (error instanceof Interrupted) return EXIT.interrupted
  // A code of the system names a failure of the machine; anything else is a bug, and its trace says where.
  if (error instanceof Error && !('code' in error) && !(error instanceof UnfinishedError))
    stream.write(`${visible(error.stack ?? '').replaceAll('\\u{a}', '\n')}\n`)
  return EXIT.failed
}
