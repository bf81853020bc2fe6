import { TargetError } from '../../base/errors.ts'
import type { DirectoryWriter } from '../../storage/tree/directory-writer.ts'
import { acquire } from './lock.ts'
import { restoreTimes, topTimes } from './times.ts'
import type { Writers } from './writers.ts'

/**
 * Everything is prepared in one hidden directory at the top of each partition, not beside its place: rename(2) is
 * atomic anywhere in a file system, a `.d` directory never shows a program a half-made file, and after a power cut
 * there is one place to look.
 */
export const STAGING = '/.pibake-apply'

/** Step N's new file, link or directory. */
export const newPath = (index: number) => `${STAGING}/new/${index}`
/** What step N's path held before. */
export const oldPath = (index: number) => `${STAGING}/old/${index}`

/** The files of the journal, in `journal.ts`'s use. */
export const JOURNAL = { draft: 'journal.draft', open: 'journal.json', committed: 'committed.json' } as const
const JOURNALS = Object.values(JOURNAL)

const PRIVATE = { mode: 0o700, owner: { uid: -1, gid: -1 } }

/**
 * Takes the target for this process alone: makes the root partition's staging directory, or takes over a dead one's.
 *
 * @returns gives it back, and leaves what else is staged
 */
export function lockTarget({ root }: Writers): () => void {
  const tops = topTimes({ root })
  // What somebody has staged is not empty, and stays.
  const leave = () => {
    if (root.removeEmpty(STAGING)) restoreTimes({ root }, tops)
  }
  try {
    if (root.stat(STAGING) === undefined) root.createDirectory(STAGING, PRIVATE)
    const { walk, label } = root.tree
    const name = root.inDirectory('lock', STAGING, (directory) => acquire(walk.disk, directory, label))
    if (name === undefined) throw new TargetError(`${label}: ${STAGING} is not a directory`)
    return () => {
      root.remove(`${STAGING}/${name}`)
      leave()
    }
  } catch (error) {
    leave()
    throw error
  }
}

/** Makes the places for new and old in a partition. */
export function makeStaging(writer: DirectoryWriter): void {
  for (const path of [STAGING, `${STAGING}/new`, `${STAGING}/old`]) {
    if (writer.stat(path) === undefined) writer.createDirectory(path, PRIVATE)
  }
}

/**
 * Removes what is staged and kept: the boot partition's first, and the journal after everything else, for only the
 * journal tells what the rest is. The lock stays.
 */
export function emptyStaging({ boot, root }: Writers): void {
  if (boot?.stat(STAGING) !== undefined) {
    boot.remove(STAGING)
    boot.sync('/')
  }
  for (const name of ['new', 'old', ...JOURNALS]) root.remove(`${STAGING}/${name}`)
}

/** {@link emptyStaging}, then gives the lock back. */
export function clearStaging(writers: Writers): void {
  emptyStaging(writers)
  writers.root.remove(STAGING)
  writers.root.sync('/')
}
