import { TargetError, UnfinishedError } from '../../base/errors.ts'
import type { DirectoryTree } from '../../storage/tree/directory.ts'
import type { Target } from '../../storage/tree/tree.ts'
import { dropJournal, readJournal, unmarkCommitted } from './journal.ts'
import type { DirectoryTime, Journal } from './journal-schema.ts'
import { clearStaging, emptyStaging, lockTarget, STAGING } from './staging.ts'
import { syncParents, undoStep } from './steps.ts'
import { finishedTimes, restoreTimes } from './times.ts'
import { type Writers, writerFor, writersOf } from './writers.ts'

/** What became of an apply that did not come to its end. */
export type Recovery = 'nothing to do' | 'taken back' | 'completed'

/** Whether an earlier apply stopped half-way: then what the target shows is neither old nor new. Writes nothing. */
export function isUnfinished(target: Target<DirectoryTree>): boolean {
  return [target.root, target.boot].some((tree) => tree?.lstat(STAGING) !== undefined)
}

/**
 * Brings a target to where an apply that was killed (or whose power was cut) either began or ended. To be called before
 * a target is inspected for a new apply.
 *
 * @throws TargetError when that apply is still running, or also worked on a boot partition that is not at hand
 */
export function recover(target: Target<DirectoryTree>): Recovery {
  if (!isUnfinished(target)) return 'nothing to do'
  const writers = writersOf(target)
  const { recovery, tops } = lockAndRepair(writers)
  clearStaging(writers)
  restoreTimes(writers, tops)
  return recovery
}

/** What was found and done, and the times that the partitions' own directories are to have in the end. */
interface Repair {
  readonly recovery: Recovery
  readonly tops: readonly DirectoryTime[]
}

/** Takes the target for this process alone, and does what {@link recover} does; the target stays taken. */
export function lockAndRepair(writers: Writers): Repair {
  const unlock = lockTarget(writers)
  try {
    return repair(writers)
  } catch (error) {
    unlock()
    throw error
  }
}

function repair(writers: Writers): Repair {
  const journal = readJournal(writers.root)
  if (journal === undefined) {
    assertOrphansDispensable(writers)
    emptyStaging(writers)
    return { recovery: 'nothing to do', tops: [] }
  }
  assertSameBoot(writers, journal)
  if (!journal.committed) undo(writers, journal)
  emptyStaging(writers)
  const all = journal.committed ? finishedTimes(journal) : journal.times
  const tops = all.filter((time) => time.path === '/')
  return { recovery: journal.committed ? 'completed' : 'taken back', tops }
}

/** After a failure: makes the target what it was and gives the lock back. */
export function takeBack(writers: Writers, tops: readonly DirectoryTime[], failure: unknown): void {
  try {
    unmarkCommitted(writers.root)
    repair(writers)
    clearStaging(writers)
    restoreTimes(writers, tops)
  } catch (error) {
    const reason = (e: unknown) => (e instanceof Error ? e.message : String(e))
    throw new UnfinishedError(
      `${reason(failure)}; taking back what was done failed too (${reason(error)}); the next apply goes on with that`,
      { cause: failure },
    )
  }
}

function undo(writers: Writers, { steps, times }: Journal): void {
  for (const [index, step] of [...steps.entries()].reverse()) undoStep(writerFor(writers, step.partition), step, index)
  restoreTimes(writers, times)
  syncParents(writers, steps)
  dropJournal(writers.root)
}

function assertSameBoot(writers: Writers, { committed, steps }: Journal & { committed: boolean }): void {
  if (!steps.some((step) => step.partition === 'boot')) return
  const boot = writerFor(writers, 'boot')
  // Once committed it may have been cleared up already.
  if (committed || boot.stat(STAGING) !== undefined) return
  throw new TargetError(`${boot.tree.label} is not the boot partition that the interrupted apply worked on`, {
    hint: 'give the boot partition that belongs to this root partition',
  })
}

/** Without a journal nothing was touched; old files in the boot partition's staging say that its journal is elsewhere. */
function assertOrphansDispensable({ boot }: Writers): void {
  if (boot !== undefined && boot.names(`${STAGING}/old`).length > 0) {
    throw new TargetError(`${boot.tree.label}: an apply with another root partition was interrupted on it`, {
      hint: 'run apply with both partitions of that card first',
    })
  }
}
