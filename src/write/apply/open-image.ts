import { type Bytes, Part, type WritableBytes } from '../../base/bytes/bytes.ts'
import { TargetError } from '../../base/errors.ts'
import { type Changeable, checkChanges } from '../../core/plan/check-changes.ts'
import type { Change } from '../../core/plan/state.ts'
import { openExt4 } from '../../storage/ext4/ext4.ts'
import { openFat } from '../../storage/fat/fat.ts'
import { Edit, type Extent } from '../../storage/image/edit.ts'
import type { FileSystem } from '../../storage/image/file-system.ts'
import { type FoundPartition, readPartitions, type UsedPartition } from '../../storage/image/partitions.ts'
import { FileSystemTree } from '../../storage/image/tree.ts'
import type { Partition, Target } from '../../storage/tree/tree.ts'
import { choosePartitions, type PartitionChoice } from './choose-partitions.ts'
import { explainFull } from './full-partition.ts'
import { repairCommand } from './repair-command.ts'

/** What has to be written to an image so that the changes are made, and what of it is in use then. */
export interface ImageEdit {
  readonly extents: readonly Extent[]
  /** Each partition, and what of it its file system uses. */
  readonly partitions: readonly UsedPartition[]
}

/**
 * An image whose partitions are found and whose file systems are open: to be read, and then to be edited once. What was
 * read for the plan is not read again for the edit.
 */
export class OpenImage {
  /** The two partitions; after {@link OpenImage.edit} as they will be. */
  readonly target: Target<FileSystemTree>
  readonly #edit: Edit
  readonly #label: string
  readonly #partitions: { readonly root: Opened; readonly boot?: Opened }

  /**
   * @param label what to call the image in messages
   * @param choice which partitions are meant, where the image holds several systems
   * @throws TargetError when it has no partitions that pibake knows how to edit
   */
  constructor(bytes: Bytes, label: string, choice: PartitionChoice) {
    const { edit, root, boot } = openPartitions(bytes, label, choice)
    this.#edit = edit
    this.#label = label
    this.#partitions = { root, ...(boot && { boot }) }
    const recovered = [root, boot].flatMap((partition) => partition?.files.recovered ?? [])
    this.target = { root: root.tree, boot: boot?.tree, recovered }
  }

  /**
   * Makes the changes in memory; the image is not written. After an error nothing of it can be used any more.
   *
   * @param epoch seconds since 1970: the time of everything that is written
   * @throws TargetError when a change cannot be made, SpaceError when a partition has no room
   */
  edit(changes: readonly Change[], { epoch }: { epoch: number }): ImageEdit {
    const partitions = this.#partitions
    const all = this.#all()
    const of = (partition: Partition) => partitions[partition] ?? missing(partition)
    for (const { files } of all) files.setTime(epoch)
    const free = new Map(all.map(({ files }) => [files, files.room().bytes]))
    const into = (partition: Opened, work: () => void) => {
      try {
        work()
      } catch (error) {
        const written = { ...partition, free: free.get(partition.files) ?? 0 }
        throw explainFull(error, this.#label, written, changes)
      }
    }
    for (const { change, path } of checkChanges(of, changes)) {
      const partition = of(change.operation.partition)
      into(partition, () => carryOut(partition.files, change, path))
    }
    for (const partition of all) {
      into(partition, () => partition.files.finish())
      partition.tree.forget()
    }
    return { extents: this.#edit.extents(), partitions: this.used() }
  }

  /** Each partition, and what of it its file system uses. */
  used(): readonly UsedPartition[] {
    return this.#all().map(({ files, offset, size: length }) => ({ offset, length, used: files.used() }))
  }

  #all(): Opened[] {
    return [this.#partitions.root, this.#partitions.boot].filter((partition) => partition !== undefined)
  }
}

/**
 * The two partitions of an image, to be read.
 *
 * @param label what to call the image in messages
 * @throws TargetError when it has no partitions that pibake knows how to edit
 */
export function imageTarget(bytes: Bytes, label: string, choice: PartitionChoice = {}): Target<FileSystemTree> {
  return new OpenImage(bytes, label, choice).target
}

interface Opened extends Changeable {
  readonly name: Partition
  readonly number: number
  readonly isLast: boolean
  readonly offset: number
  readonly size: number
  readonly files: FileSystem
  readonly tree: FileSystemTree
}

function openPartitions(
  bytes: Bytes,
  label: string,
  choice: PartitionChoice,
): { readonly edit: Edit; readonly root: Opened; readonly boot?: Opened } {
  const looked = new Edit(bytes)
  const known = new Map<FoundPartition, OpenedPartition>()
  const look = (partition: FoundPartition) => {
    const found = known.get(partition) ?? openPartition(looked, partition, label)
    known.set(partition, found)
    return found.tree
  }
  const all = readPartitions(bytes, label)
  const { root, boot } = choosePartitions(bytes, all, choice, label, look)
  // Opening puts in order what was not unmounted: of a partition that is only looked at, nothing is to reach the image.
  const isUnchanged = looked.extents().length === 0
  const edit = isUnchanged ? looked : new Edit(bytes)
  const open = (name: Partition, partition: FoundPartition) => ({
    ...((isUnchanged ? known.get(partition) : undefined) ?? openPartition(edit, partition, label)),
    name,
    number: partition.number,
    // Not one in an extended partition either, which would have to grow with it.
    isLast: all.every((other) => other === partition || other.offset + other.size <= partition.offset),
  })
  return { edit, root: open('root', root), ...(boot && { boot: open('boot', boot) }) }
}

type OpenedPartition = ReturnType<typeof opened>

function openPartition(bytes: WritableBytes, partition: FoundPartition, label: string): OpenedPartition {
  const { offset, size, content } = partition
  const part = new Part(bytes, offset, size)
  // The time is known when the changes are: OpenImage.edit sets it.
  const options = { label, epoch: 0 }
  const isFat = content === 'fat'
  const repair = repairCommand(isFat ? 'fsck.vfat -a' : 'e2fsck -fy', label, partition)
  const files = isFat ? openFat(part, { ...options, repair }) : openExt4(part, { ...options, repair })
  return opened(files, partition, label, isFat)
}

function opened(files: FileSystem, { offset, size }: { offset: number; size: number }, label: string, fat: boolean) {
  const tree = new FileSystemTree(files, label, { fat })
  return {
    files,
    tree,
    offset,
    size,
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
