import type { Command } from 'commander'
import type { PlanView } from '../core/presentation/print-plan.ts'
import type { Io } from './io.ts'

/** How much of a plan is shown. */
export interface ViewOptions {
  readonly all?: boolean | undefined
  /** A path, or `true` for every path. */
  readonly diff?: string | true | undefined
}

/** Adds the flags to a command that shows what changes. */
export function viewOptions(command: Command): Command {
  return command
    .optionsGroup('What is shown:')
    .option('--diff [path]', 'the lines that change, of this path and below or of all; give it last')
    .option('--all', "every path by its name, pibake's own program too")
}

export function viewOf(io: Io, { all = false, diff }: ViewOptions): PlanView {
  return { all: all || io.verbose, diffs: diff !== undefined || io.verbose }
}

/** Was more asked for than the command shows by itself? */
export function isViewAsked(io: Io, { all, diff }: ViewOptions): boolean {
  return io.verbose || all === true || diff !== undefined
}
