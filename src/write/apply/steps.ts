import type { DirectoryWriter } from '../../storage/tree/directory-writer.ts'
import type { Step } from './journal-schema.ts'
import { newPath, oldPath, STAGING } from './staging.ts'
import { parentsOf } from './times.ts'
import { type Writers, writerFor } from './writers.ts'

/** Carries out step N. */
export function doStep(writer: DirectoryWriter, step: Step, index: number): void {
  if (step.action === 'put') {
    if (step.replaces) keepOld(writer, step, index)
    writer.rename(newPath(index), step.path)
  } else if (step.action === 'take') writer.rename(step.path, oldPath(index))
  else if (step.to !== undefined) writer.setMeta(step.path, step.to)
}

/** With a second name for the old file its place is never empty, not even for a moment. FAT has no second names. */
function keepOld(writer: DirectoryWriter, step: Step, index: number): void {
  if (writer.tree.fat) writer.rename(step.path, oldPath(index))
  else writer.link(step.path, oldPath(index))
}

/** Makes undone what {@link doStep} did of step N, be it all, half or nothing; may itself be repeated. */
export function undoStep(writer: DirectoryWriter, step: Step, index: number): void {
  if (step.action === 'meta') {
    if (step.from !== undefined) writer.setMeta(step.path, step.from)
  } else if (step.action === 'put' && !step.replaces) {
    // What is no longer staged has been put.
    if (writer.stat(newPath(index)) === undefined && writer.stat(step.path) !== undefined) {
      writer.rename(step.path, newPath(index))
    }
  } else if (writer.stat(oldPath(index)) !== undefined) {
    writer.rename(oldPath(index), step.path)
    // rename(2) of two names of one file does nothing: it had not been replaced yet.
    writer.remove(oldPath(index))
  }
}

/** Brings to the disk which names the directories hold that the steps changed. */
export function syncParents(writers: Writers, steps: readonly Step[]): void {
  const partitions = new Set(steps.map((step) => step.partition))
  const staging = [...partitions].flatMap((partition) =>
    ['/', STAGING, `${STAGING}/new`, `${STAGING}/old`].map((path) => ({ partition, path })),
  )
  for (const { partition, path } of [...parentsOf(steps), ...staging]) {
    const writer = writerFor(writers, partition)
    if (writer.stat(path) !== undefined) writer.sync(path)
  }
}
