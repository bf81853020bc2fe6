import type { Partition } from '../../storage/tree/tree.ts'
import type { DirectoryTime, Journal, Step } from './journal-schema.ts'
import { type Writers, writerFor } from './writers.ts'

/** The directories whose names the steps change. */
export function parentsOf(steps: readonly Step[]): { partition: Partition; path: string }[] {
  const parents = new Map<string, { partition: Partition; path: string }>()
  for (const { partition, path } of steps) {
    const parent = path.slice(0, path.lastIndexOf('/')) || '/'
    parents.set(`${partition}:${parent}`, { partition, path: parent })
  }
  return [...parents.values()]
}

/** The times of those of the directories that exist. */
export function timesOf(
  writers: Writers,
  directories: readonly { partition: Partition; path: string }[],
): DirectoryTime[] {
  return directories.flatMap(({ partition, path }) => {
    const stats = writerFor(writers, partition).stat(path)
    return stats === undefined ? [] : [{ partition, path, mtime: stats.mtimeMs / 1000 }]
  })
}

/** The times of the partitions' own directories: the staging directory changes them, coming and going. */
export function topTimes(writers: Writers): DirectoryTime[] {
  const partitions = (['boot', 'root'] as const).filter((partition) => writers[partition] !== undefined)
  return timesOf(
    writers,
    partitions.map((partition) => ({ partition, path: '/' })),
  )
}

/** Gives the directories these times. */
export function restoreTimes(writers: Writers, times: readonly DirectoryTime[]): void {
  for (const { partition, path, mtime } of times) writers[partition]?.setTime(path, mtime)
}

/** The times after the steps: the directories they changed have the time of everything written, others their own. */
export function finishedTimes({ times, steps, epoch }: Journal): DirectoryTime[] {
  const changed = parentsOf(steps).map((directory) => ({ ...directory, mtime: epoch }))
  const isChanged = (time: DirectoryTime) => changed.some((c) => c.partition === time.partition && c.path === time.path)
  return [...times.filter((time) => !isChanged(time)), ...changed]
}
