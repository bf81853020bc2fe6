import { type Command, Option } from 'commander'
import type { ExitCode } from './exit.ts'
import { explainFailure } from './failure.ts'
import { type CommonOptions, type Io, processIo } from './io.ts'

/** Wraps a command's action: gives it its {@link Io} and keeps the exit code it returns. */
export type Run = <Args extends unknown[]>(
  action: (io: Io, ...args: Args) => ExitCode | Promise<ExitCode>,
) => (...args: Args) => Promise<void>

/** Flags of all commands that do something in few of them only. */
type Rare = 'verbose' | 'input'

/**
 * Adds the flags that every command takes. A script may give any of them to any command; help names those that do
 * something there.
 *
 * @param rare those of the rare ones that do
 */
export function common(command: Command, rare: readonly Rare[] = []): Command {
  const shown = (option: Option, name: Rare) => option.hideHelp(!rare.includes(name))
  return command
    .optionsGroup('Common options:')
    .option('--json', 'print one JSON document on stdout')
    .option('--quiet', 'print no hints, notes, warnings and progress')
    .addOption(shown(new Option('--verbose', 'show the whole plan, as --all --diff'), 'verbose'))
    .addOption(shown(new Option('--no-input', 'never ask'), 'input'))
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
