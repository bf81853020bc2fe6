import { TargetError } from '../../base/errors.ts'
import type { DirectoryTree } from '../../storage/tree/directory.ts'
import { DirectoryWriter } from '../../storage/tree/directory-writer.ts'
import type { Partition, Target } from '../../storage/tree/tree.ts'

/** What writes the partitions of a target; the boot partition where it is at hand. */
export type Writers = Readonly<Record<'root', DirectoryWriter>> & Readonly<Partial<Record<'boot', DirectoryWriter>>>

export function writersOf(target: Target<DirectoryTree>): Writers {
  const boot = target.boot && { boot: new DirectoryWriter(target.boot) }
  return { root: new DirectoryWriter(target.root), ...boot }
}

/** @throws TargetError when the partition is not at hand */
export function writerFor(writers: Writers, partition: Partition): DirectoryWriter {
  const writer = writers[partition]
  if (writer === undefined) {
    throw new TargetError(`the ${partition} partition is to be written, and is not at hand`, {
      hint: 'give --boot DIR',
    })
  }
  return writer
}
