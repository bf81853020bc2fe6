import type { Change } from '../../core/plan/state.ts'
import type { Target } from '../../storage/tree/tree.ts'
import type { CommitOptions, Receipt } from './commit.ts'
import type { Recovery } from './recover.ts'

/**
 * A target that can be changed as one transaction: mounted partitions, or an image file. After {@link TransactionalTarget.commit}
 * its trees show what is on the disk.
 */
export interface TransactionalTarget extends Target {
  /** Whether only root can give what is written its owner. */
  readonly needsRoot: boolean
  /** Whether an earlier apply stopped half-way, so that what the target shows is neither old nor new. Writes nothing. */
  isUnfinished(): boolean
  /** Brings it to where that apply began or ended. */
  recover(): Recovery
  /** Makes all changes or none; see {@link commit} for what it takes and throws. */
  commit(changes: readonly Change[], options: CommitOptions): Promise<Receipt>
}
