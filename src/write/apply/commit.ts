import { Interrupted } from '../../base/errors.ts'
import type { Change } from '../../core/plan/state.ts'
import type { DirectoryTree } from '../../storage/tree/directory.ts'
import type { DirectoryWriter } from '../../storage/tree/directory-writer.ts'
import type { Target } from '../../storage/tree/tree.ts'
import { markCommitted, writeJournal } from './journal.ts'
import type { Journal, Step } from './journal-schema.ts'
import { type Planned, preflight } from './preflight.ts'
import { isUnfinished, lockAndRepair, takeBack } from './recover.ts'
import { clearStaging, makeStaging, newPath, STAGING } from './staging.ts'
import { doStep, syncParents } from './steps.ts'
import { finishedTimes, parentsOf, restoreTimes, timesOf, topTimes } from './times.ts'
import { type Writers, writerFor, writersOf } from './writers.ts'

export interface CommitOptions {
  /** Seconds since 1970: the time that everything written gets. */
  readonly epoch: number
  /** Looked at between operations; an abort takes everything back and ends in {@link Interrupted}. */
  readonly signal?: AbortSignal
}

export interface Receipt {
  /** The changes are made and safe on the disk; this is what could not be cleared up afterwards. */
  readonly warnings: readonly string[]
}

/**
 * Makes all changes or none. Everything new is prepared in a staging directory and brought to the disk; a journal
 * follows; then each path changes by one rename; at the end one rename marks the whole as done. A failure takes back
 * what was done; after a kill or power cut the next `commit` or `recover` does.
 *
 * @param changes only what differs, sorted by path, directories before what they hold
 * @throws TargetError when the target refuses a change, SpaceError when it has no room, Interrupted on abort; the
 *   target is as it was. UnfinishedError when taking back failed too.
 */
export async function commit(
  target: Target<DirectoryTree>,
  changes: readonly Change[],
  options: CommitOptions,
): Promise<Receipt> {
  if (changes.length === 0 && !isUnfinished(target)) return { warnings: [] }
  const writers = writersOf(target)
  const tops = topTimes(writers)
  lockAndRepair(writers)
  let journal: Journal
  try {
    const planned = preflight(writers, changes)
    const steps = planned.map(({ step }) => step)
    const parents = parentsOf(steps).filter(({ path }) => path !== '/')
    journal = { schema: 1, epoch: options.epoch, steps, times: [...timesOf(writers, parents), ...tops] }
    await stage(writers, planned, options)
    writeJournal(writers.root, journal)
    await carryOut(writers, journal, options)
    markCommitted(writers.root)
  } catch (error) {
    takeBack(writers, tops, error)
    throw error
  }
  return { warnings: clearUp(writers, journal) }
}

async function stage(writers: Writers, planned: readonly Planned[], options: CommitOptions): Promise<void> {
  const used = new Set(planned.map(({ step }) => step.partition))
  for (const partition of used) makeStaging(writerFor(writers, partition))
  for (const [index, { change, step }] of planned.entries()) {
    await pause(options)
    if (step.action === 'put') prepare(writerFor(writers, step.partition), change, step, newPath(index), options)
  }
  for (const partition of used)
    for (const path of [`${STAGING}/new`, STAGING, '/']) writerFor(writers, partition).sync(path)
}

function prepare(writer: DirectoryWriter, change: Change, step: Step, path: string, { epoch }: CommitOptions): void {
  const { operation, before } = change
  if (operation.kind === 'file') {
    const like = before.kind === 'file' ? { like: step.path } : {}
    writer.createFile(path, operation.content, operation, { epoch, ...like })
  } else if (operation.kind === 'directory') writer.createDirectory(path, operation, { epoch })
  else if (operation.kind === 'symlink') writer.createLink(path, operation.target, { epoch })
}

async function carryOut(writers: Writers, journal: Journal, options: CommitOptions): Promise<void> {
  for (const [index, step] of journal.steps.entries()) {
    await pause(options)
    doStep(writerFor(writers, step.partition), step, index)
  }
  await pause(options)
  restoreTimes(writers, finishedTimes(journal))
  syncParents(writers, journal.steps)
}

/** Lets signal handlers run, which they cannot while system calls follow one another. */
async function pause({ signal }: CommitOptions): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  if (signal?.aborted === true) throw new Interrupted()
}

function clearUp(writers: Writers, journal: Journal): string[] {
  try {
    clearStaging(writers)
    restoreTimes(
      writers,
      finishedTimes(journal).filter(({ path }) => path === '/'),
    )
    return []
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return [`the changes are made, but ${STAGING} could not be cleared up (${reason}); the next apply does it`]
  }
}
