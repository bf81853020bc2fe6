import type { Command } from 'commander'

/** How far the spec is trusted. */
export interface SpecOptions {
  readonly confine?: boolean
}

/** Adds the flags of a command that reads a spec. */
export function specOptions(command: Command): Command {
  return command
    .optionsGroup('Spec:')
    .option(
      '--confine',
      'take no more from the spec than from a stranger: files from its own folder alone, nothing that is run',
    )
}
