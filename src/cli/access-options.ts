import { type Command, InvalidArgumentError } from 'commander'
import { type Code, isUnproved } from '../base/report/codes.ts'

/** Adds the flags to a command that refuses what is not proved. */
export function accessOptions(command: Command): Command {
  return command
    .optionsGroup('Proof of access:')
    .option('--accept-lockout', 'go on even if the device would lock its owner out')
    .option(
      '--accept-unproved <code>',
      'go on although this, which decides who gets in, cannot be judged: ACC050 to ACC060; may be repeated',
      unprovedOption,
    )
}

function unprovedOption(value: string, earlier: readonly Code[] | undefined): readonly Code[] {
  if (!isUnproved(value)) throw new InvalidArgumentError('It is not one of the codes ACC050 to ACC060.')
  return [...(earlier ?? []), value]
}
