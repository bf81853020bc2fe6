import type { Change } from '../../core/plan/state.ts'
import { DirectoryTree } from '../../storage/tree/directory.ts'
import type { Target } from '../../storage/tree/tree.ts'
import { type CommitOptions, commit, type Receipt } from './commit.ts'
import { isUnfinished, type Recovery, recover } from './recover.ts'
import type { TransactionalTarget } from './transactional-target.ts'

/** Mounted partitions, as a target that can be changed. */
export class MountedTarget implements TransactionalTarget, Target<DirectoryTree> {
  readonly needsRoot = true
  readonly root: DirectoryTree
  readonly boot: DirectoryTree | undefined

  /**
   * @param root the directory where the root partition is mounted
   * @param boot the FAT partition's; undefined: it is not at hand
   * @throws TargetError when they cannot be worked on safely
   */
  constructor(root: string, boot: string | undefined) {
    this.root = new DirectoryTree(root)
    this.boot = boot === undefined ? undefined : new DirectoryTree(boot, { fat: true })
  }

  /** Lets go of the folders, so that they can be unmounted; the last call. */
  close(): void {
    this.root.close()
    this.boot?.close()
  }

  isUnfinished(): boolean {
    return isUnfinished(this)
  }

  recover(): Recovery {
    return recover(this)
  }

  commit(changes: readonly Change[], options: CommitOptions): Promise<Receipt> {
    return commit(this, changes, options)
  }
}
