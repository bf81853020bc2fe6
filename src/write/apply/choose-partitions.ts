import type { Bytes } from '../../base/bytes/bytes.ts'
import { TargetError } from '../../base/errors.ts'
import type { FoundPartition } from '../../storage/image/partitions.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { ambiguous, closedRoot, noBoot, noRoot, notThere } from './partition-errors.ts'
import { namedRoot } from './root-argument.ts'

/** Which partitions are meant, by their numbers, where somebody has said so. */
export interface PartitionChoice {
  readonly rootPartition?: number
  readonly bootPartition?: number
}

/** A root partition, and the boot partition that starts it. */
export interface System {
  readonly root: FoundPartition
  readonly boot?: FoundPartition
}

/** Opens a partition's file system. @throws TargetError when it cannot be edited */
type Open = (partition: FoundPartition) => Tree

/** What can hold a system that pibake does not open. */
const CLOSED: readonly FoundPartition['content'][] = ['LUKS', 'LVM', 'btrfs', 'f2fs', 'xfs', 'erofs', 'squashfs']
/** What the kernel starts (init/main.c, kernel_init()), and where Debian has it. */
const INITS = ['/sbin/init', '/etc/init', '/bin/init', '/usr/lib/systemd/systemd', '/lib/systemd/systemd']

/**
 * Finds the boot and the root partition: by what is in them, not by their names or their order. The root is the ext4 with
 * os-release and an init, the boot partition the FAT with cmdline.txt and config.txt; where several are, `root=` of
 * cmdline.txt says which of them belong together. What else is in the image is left alone.
 *
 * @param open may be called several times for one partition
 * @throws TargetError when there is no root, it cannot be opened, or it is not plain which ones are meant
 */
export function choosePartitions(
  bytes: Bytes,
  partitions: readonly FoundPartition[],
  choice: PartitionChoice,
  label: string,
  open: Open,
): System {
  const boots = bootsOf(partitions, choice.bootPartition, label, open)
  const named = new Map(boots.map((boot) => [boot, namedRoot(open(boot), bytes, partitions)]))
  const roots = rootsOf(partitions, choice.rootPartition, [...named.values()], label, open)
  const systems = systemsOf(boots, roots, named)
  const [system] = systems
  if (system === undefined || systems.length > 1) throw ambiguous(label, boots, roots, named)
  return system
}

function bootsOf(partitions: readonly FoundPartition[], chosen: number | undefined, label: string, open: Open) {
  const fats = partitions.filter(({ content }) => content === 'fat')
  if (chosen !== undefined) return [numbered(fats, chosen, partitions, 'FAT', label)]
  if (fats.length < 2) return fats
  const { meant, failure } = sort(fats, open, isBoot)
  if (meant.length === 0) throw failure ?? noBoot(label, fats)
  return meant
}

/** @param named what the boot partitions say is the root */
function rootsOf(
  partitions: readonly FoundPartition[],
  chosen: number | undefined,
  named: readonly (FoundPartition | undefined)[],
  label: string,
  open: Open,
): readonly FoundPartition[] {
  const ext4s = partitions.filter(({ content }) => content === 'ext4')
  if (chosen !== undefined) return [numbered(ext4s, chosen, partitions, 'ext4', label)]
  const closed = partitions.filter(({ content }) => CLOSED.includes(content))
  if (ext4s.length === 1 && closed.length === 0) return ext4s
  const [only] = named
  if (named.length === 1 && only !== undefined && closed.includes(only)) throw closedRoot(label, only)
  const { meant, failed, failure } = sort(ext4s, open, isRoot)
  if (named.length === 1 && only !== undefined && failed.includes(only)) throw failure
  if (meant.length === 0) throw failure ?? noRoot(label, partitions, closed)
  return meant
}

/** Those that are meant, and those that cannot be opened, with what is wrong with the first of them. */
function sort(partitions: readonly FoundPartition[], open: Open, isMeant: (tree: Tree) => boolean) {
  const meant: FoundPartition[] = []
  const failed: FoundPartition[] = []
  let failure: TargetError | undefined
  for (const partition of partitions) {
    try {
      if (isMeant(open(partition))) meant.push(partition)
    } catch (error) {
      if (!(error instanceof TargetError)) throw error
      failed.push(partition)
      failure ??= error
    }
  }
  return { meant, failed, failure }
}

function numbered(
  candidates: readonly FoundPartition[],
  number: number,
  partitions: readonly FoundPartition[],
  what: string,
  label: string,
): FoundPartition {
  const found = candidates.find((partition) => partition.number === number)
  if (found === undefined) throw notThere(label, number, partitions, what)
  return found
}

/** All that could be meant: one, if there is but one or `root=` leaves but one. */
function systemsOf(
  boots: readonly FoundPartition[],
  roots: readonly FoundPartition[],
  named: ReadonlyMap<FoundPartition, FoundPartition | undefined>,
): readonly System[] {
  if (boots.length === 0) return roots.map((root) => ({ root }))
  const all = boots.flatMap((boot) => roots.map((root) => ({ boot, root })))
  const said = all.filter(({ boot, root }) => named.get(boot) === root)
  return (boots.length === 1 || roots.length === 1) && said.length === 1 ? said : all
}

function isBoot(tree: Tree): boolean {
  return tree.lstat('/cmdline.txt') !== undefined && tree.lstat('/config.txt') !== undefined
}

function isRoot(tree: Tree): boolean {
  const has = (path: string) => tree.lstat(path) !== undefined
  return ['/etc/os-release', '/usr/lib/os-release'].some(has) && INITS.some(has)
}
