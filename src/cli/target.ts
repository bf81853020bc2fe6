import { type Command, Option } from 'commander'
import { Mounted } from '../apply/mounted.ts'
import type { Workable } from '../apply/workable.ts'
import { TargetError } from '../tree/tree.ts'
import { type Io, say } from './io.ts'

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
 * Opens the target that the flags name, to be read.
 *
 * @throws TargetError when it cannot be worked on safely, or an earlier apply stopped half-way
 */
export function openTarget(options: TargetOptions): Workable {
  const target = open(options)
  if (target.isUnfinished()) {
    throw new TargetError('an earlier apply did not come to its end, so the target is neither old nor new', {
      hint: 'run apply again: it repairs the target first',
    })
  }
  return target
}

/**
 * Opens the target that the flags name, to be changed; what an earlier apply left half-done is taken back, or completed,
 * before it is looked at.
 *
 * @throws TargetError when it cannot be worked on safely, or only root could
 */
export function openTargetToChange(io: Io, options: TargetOptions): Workable {
  const target = open(options)
  if (target.needsRoot) assertRoot()
  if (target.isUnfinished()) say(io, `an earlier apply did not come to its end: ${target.recover()}`)
  return target
}

function open(options: TargetOptions): Workable {
  return new Mounted(options.root, options.boot)
}

/** Without root, files would get the wrong owner, and sshd and sudo would refuse them. */
function assertRoot(): void {
  if (process.getuid?.() === 0) return
  throw new TargetError('apply writes files that belong to root and to the new accounts: run it as root', {
    hint: 'without root, --overlay OUT.tar writes the changes to a tar with the right owners (--image, for image files, is not in this version)',
  })
}
