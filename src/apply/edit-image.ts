import type { UsedPartition } from '../emit/bmap-ranges.ts'
import { openExt4 } from '../ext4/ext4.ts'
import { openFat32 } from '../fat32/fat32.ts'
import { type Bytes, Part, type WritableBytes } from '../image/bytes.ts'
import { Edit, type Extent } from '../image/edit.ts'
import type { FileSystem } from '../image/file-system.ts'
import { findPartitions } from '../image/partitions.ts'
import type { Partition } from '../plan/operation.ts'
import type { Change } from '../plan/state.ts'
import { FileSystemTree } from '../tree/file-system.ts'
import { type Target, TargetError } from '../tree/tree.ts'
import { type Changeable, checkChanges } from './check-changes.ts'

/**
 * The two partitions of an image, to be read.
 *
 * @param label what to call the image in messages
 * @throws TargetError when it has no partitions that pibake knows how to edit
 */
export function imageTarget(bytes: Bytes, label: string): Target<FileSystemTree> {
  const { root, boot } = openPartitions(new Edit(bytes), label, 0)
  return { root: root.tree, boot: boot?.tree }
}

/** What has to be written to an image so that the changes are made, and what of it is in use then. */
export interface ImageEdit {
  readonly extents: readonly Extent[]
  /** Each partition, and what of it its file system uses. */
  readonly partitions: readonly UsedPartition[]
}

/**
 * Makes the changes in memory; the image is not written.
 *
 * @param epoch seconds since 1970: the time of everything that is written
 * @throws TargetError when a change cannot be made, SpaceError when a partition has no room
 */
export function editImage(
  bytes: Bytes,
  label: string,
  changes: readonly Change[],
  { epoch }: { epoch: number },
): ImageEdit {
  const edit = new Edit(bytes)
  const partitions = openPartitions(edit, label, epoch)
  const of = (partition: Partition) => partitions[partition] ?? missing(partition)
  for (const { change, path } of checkChanges(of, changes)) {
    carryOut(of(change.operation.partition).files, change, path)
  }
  const all = [partitions.root, partitions.boot].filter((partition) => partition !== undefined)
  for (const { files } of all) files.finish()
  return {
    extents: edit.extents(),
    partitions: all.map(({ files, offset, length }) => ({ offset, length, used: files.used() })),
  }
}

interface Opened extends Changeable {
  readonly offset: number
  readonly length: number
  readonly files: FileSystem
  readonly tree: FileSystemTree
}

function openPartitions(bytes: WritableBytes, label: string, epoch: number): { root: Opened; boot?: Opened } {
  const { root, boot } = findPartitions(bytes, label)
  const options = { label, epoch }
  return {
    root: opened(openExt4(new Part(bytes, root.offset, root.size), options), root, label, false),
    ...(boot && { boot: opened(openFat32(new Part(bytes, boot.offset, boot.size), options), boot, label, true) }),
  }
}

function opened(files: FileSystem, { offset, size }: { offset: number; size: number }, label: string, fat: boolean) {
  const tree = new FileSystemTree(files, label, { fat })
  return {
    files,
    tree,
    offset,
    length: size,
    assertAlone(path: string, where: string) {
      if (files.links(path) > 1) throw new TargetError(`${where} is a hard link: its content has another name as well`)
    },
  }
}

function missing(partition: Partition): never {
  throw new TargetError(`the ${partition} partition is to be written, and the image has none`)
}

function carryOut(files: FileSystem, { operation, before }: Change, path: string): void {
  switch (operation.kind) {
    case 'file':
      files.writeFile(path, operation.content, operation)
      break
    case 'directory':
      if (before.kind === 'directory') files.setMeta(path, operation)
      else files.makeDirectory(path, operation)
      break
    case 'symlink':
      files.symlink(path, operation.target)
      break
    case 'remove':
      files.remove(path)
  }
}
