import { type Command, Option } from 'commander'
import type { ExitCode } from './exit.ts'
import { explainFailure } from './failure.ts'
import { type CommonOptions, type Io, processIo } from './io.ts'

/** Wraps a command's action: gives it its {@link Io} and keeps the exit code it returns. */
export type Run = <Args extends unknown[]>(
  action: (io: Io, ...args: Args) => ExitCode | Promise<ExitCode>,
) => (...args: Args) => Promise<void>

/** Adds the flags that every command takes. */
export function common(command: Command): Command {
  return command
    .option('--json', 'print one JSON document on stdout')
    .option('--quiet', 'print no messages')
    .option('--verbose', 'print more messages')
    .option('--no-input', 'never ask')
    .addOption(new Option('--color <when>', 'colours').choices(['auto', 'always', 'never']).default('auto'))
}

/** @param keep receives the exit code of the action that ran */
export function runner(keep: (code: ExitCode) => void): Run {
  return (action) =>
    async (...args) => {
      // commander hands over: arguments, options, command.
      const io = processIo(args.at(-2) as CommonOptions)
      try {
        keep(await action(io, ...args))
      } catch (error) {
        keep(explainFailure(error, io))
      }
    }
}
