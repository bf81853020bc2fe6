import { type Command, Option } from 'commander'
import type { TargetOptions } from './open-target.ts'
import { partitionOptions } from './partition-options.ts'

/** How usage lines name the flags of {@link TargetOptions}, of which one way is needed. */
export const TARGET = '(--image FILE | --boot DIR --root DIR)'

/**
 * Adds the flags that name a target.
 *
 * @param isNeeded whether the command, called with these arguments, works on one
 */
export function targetOptions(command: Command, isNeeded = (_: readonly string[]) => true): Command {
  return placeOptions(command, isNeeded).option('--allow-booted', 'work on an image that has been started before')
}

/** As {@link targetOptions}, for a command to which it is all the same whether the image has been started before. */
export function placeOptions(command: Command, isNeeded: (args: readonly string[]) => boolean): Command {
  const mounted = command
    .optionsGroup('Target:')
    .option('--root <dir>', 'the mounted root partition')
    .option('--boot <dir>', 'the mounted boot partition; without it, what belongs there is skipped')
  const image = new Option(
    '--image <file>',
    'a raw image file, in place of mounted partitions; needs neither root nor a mount',
  ).conflicts(['root', 'boot'])
  return partitionOptions(mounted.addOption(image)).hook('preAction', (_, action) => {
    const { root, image, auto } = action.opts<TargetOptions>()
    if (root === undefined && image === undefined && auto !== true && isNeeded(action.args)) {
      action.error('error: a target is missing: give --image FILE, or --root DIR (and --boot DIR)')
    }
  })
}
