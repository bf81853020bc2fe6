import { type Command, InvalidArgumentError } from 'commander'
import { parseMirrors } from '../write/packages/mirrors.ts'

/** The flags that say where carried packages come from. */
export interface PackageOptions {
  /** `--no-bundle`: false. */
  readonly bundle?: boolean
  readonly frozen?: boolean
  readonly aptMirror?: readonly string[]
}

/**
 * Adds them to a command that makes a plan.
 *
 * @param use `lock`: what is carried is all that the command is for
 */
export function packageOptions(command: Command, use: 'plan' | 'lock' = 'plan'): Command {
  command.optionsGroup('Packages:')
  if (use === 'plan') command.option('--no-bundle', 'carry no packages: the first start fetches them from the network')
  return command
    .option('--frozen', 'carry exactly what pibake.lock says, and fail if that is not what the spec and the image need')
    .option(
      '--apt-mirror <[from=]to>',
      'fetch packages there instead; {snapshot} in it is replaced by the moment of packages.snapshot; may be repeated',
      mirrorOption,
    )
}

/** Adds the value of a flag that names a mirror to the earlier ones. */
export function mirrorOption(value: string, earlier: readonly string[] | undefined): readonly string[] {
  try {
    parseMirrors([value])
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
  return [...(earlier ?? []), value]
}
