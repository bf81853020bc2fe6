import { TargetError } from '../base/errors.ts'
import type { Target } from '../storage/tree/tree.ts'
import type { PartitionChoice } from '../write/apply/choose-partitions.ts'
import { ImageTarget } from '../write/apply/image-target.ts'
import { MountedTarget } from '../write/apply/mounted-target.ts'
import { imageTarget } from '../write/apply/open-image.ts'
import type { TransactionalTarget } from '../write/apply/transactional-target.ts'
import { enteredImage, isPacked } from '../write/bake/base-image.ts'
import { type Io, say } from './io.ts'

/** The flags that name a target, or what takes their place. */
export interface TargetOptions extends PartitionChoice {
  /** A mounted card is looked for. */
  readonly auto?: boolean
  readonly root?: string
  readonly boot?: string
  readonly image?: string
  readonly allowBooted?: boolean
}

/**
 * Opens the target that the flags name, to be read; an image may be packed, if it can be entered anywhere.
 *
 * @throws TargetError when it cannot be worked on safely, or an earlier apply stopped half-way
 */
export function openTarget(options: TargetOptions): Target {
  if (options.image !== undefined && isPacked(options.image)) {
    return imageTarget(enteredImage(options.image), options.image, options)
  }
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
export function openTargetToChange(io: Io, options: TargetOptions): TransactionalTarget {
  if (options.image !== undefined && isPacked(options.image)) {
    throw new TargetError(`${options.image} is packed: it cannot be changed in place`, {
      hint: 'pibake bake makes a new one of it',
    })
  }
  const target = open(options)
  if (target.needsRoot) assertRoot()
  if (target.isUnfinished()) say(io, `an earlier apply did not come to its end: ${target.recover()}`)
  return target
}

function open({ image, root, boot, ...choice }: TargetOptions): TransactionalTarget {
  if (image !== undefined) return new ImageTarget(image, choice)
  if (root === undefined) throw new Error('no target')
  return new MountedTarget(root, boot)
}

/** Without root, files would get the wrong owner, and sshd and sudo would refuse them. */
function assertRoot(): void {
  if (process.getuid?.() === 0) return
  throw new TargetError('apply writes files that belong to root and to the new accounts: run it as root', {
    hint: 'without root, --image FILE works on an image file, and --overlay OUT.tar writes the changes to a tar',
  })
}
