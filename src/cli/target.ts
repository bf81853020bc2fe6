import { type Command, Option } from 'commander'
import { DirectoryTree } from '../tree/directory.ts'
import type { Target } from '../tree/tree.ts'

export interface TargetOptions {
  readonly root: string
  readonly boot?: string
  readonly allowBooted?: boolean
}

/** Adds the flags that name a target. */
export function targetOptions(command: Command): Command {
  return command
    .addOption(new Option('--root <dir>', 'the mounted root partition').makeOptionMandatory())
    .option('--boot <dir>', 'the mounted boot partition; without it, what belongs there is skipped')
    .option('--allow-booted', 'work on an image that has been started before')
}

/**
 * Opens the mounted partitions.
 *
 * @throws TargetError when they cannot be worked on safely
 */
export function openTarget(options: TargetOptions): Target<DirectoryTree> {
  return {
    root: new DirectoryTree(options.root),
    boot: options.boot === undefined ? undefined : new DirectoryTree(options.boot, { fat: true }),
  }
}
