import { TargetError } from '../../base/errors.ts'
import type { FoundPartition } from '../../storage/image/partitions.ts'

/** Nothing in the image is a root partition that pibake edits. */
export function noRoot(
  label: string,
  partitions: readonly FoundPartition[],
  closed: readonly FoundPartition[],
): TargetError {
  const [first] = closed
  if (first !== undefined) return closedRoot(label, first)
  const ext4s = partitions.filter(({ content }) => content === 'ext4')
  if (ext4s.length === 0) {
    return new TargetError(`${label}: no root partition (ext4): ${list(partitions.map(described))}`, {
      hint: 'give an image of a whole card of Raspberry Pi OS',
    })
  }
  return new TargetError(`${label}: no root partition: neither os-release nor an init is in ${numbers(ext4s)}`, {
    hint: 'give an image of Raspberry Pi OS, or say which partition it is: --root-partition N',
  })
}

/** The root is in something that pibake does not open. */
export function closedRoot(label: string, { number, content }: FoundPartition): TargetError {
  if (content === 'LUKS') {
    return new TargetError(`${label}: partition ${number} is encrypted (LUKS)`, {
      hint: 'open it and mount what is in it, then use --boot and --root',
    })
  }
  return new TargetError(`${label}: the root partition ${number} is ${content}, and pibake edits ext4 alone`, {
    hint: `mount it, e.g. "losetup -fP --show ${label}" and "mount /dev/loop0p${number} /mnt", then use --boot and --root`,
  })
}

export function noBoot(label: string, fats: readonly FoundPartition[]): TargetError {
  return new TargetError(`${label}: no boot partition: cmdline.txt and config.txt are not in ${numbers(fats)}`, {
    hint: 'give an image of Raspberry Pi OS, or say which partition it is: --boot-partition N',
  })
}

/** The number that was given is not that of such a partition. */
export function notThere(
  label: string,
  number: number,
  partitions: readonly FoundPartition[],
  what: string,
): TargetError {
  return new TargetError(`${label}: partition ${number} is not one with ${what}: ${list(partitions.map(described))}`)
}

/**
 * Several systems are in the image.
 *
 * @param named the root that each boot partition starts
 */
export function ambiguous(
  label: string,
  boots: readonly FoundPartition[],
  roots: readonly FoundPartition[],
  named: ReadonlyMap<FoundPartition, FoundPartition | undefined>,
): TargetError {
  if (boots.length < 2) {
    return new TargetError(`${label}: more than one root partition: ${numbers(roots)} hold a system each`, {
      hint: `choose one: ${list(
        roots.map(({ number }) => `--root-partition ${number}`),
        'or',
      )}`,
    })
  }
  const [root] = roots
  if (roots.length === 1 && root !== undefined) {
    return new TargetError(`${label}: more than one boot partition: ${numbers(boots)}, for the root ${root.number}`, {
      hint: `choose one: ${list(
        boots.map(({ number }) => `--boot-partition ${number}`),
        'or',
      )}`,
    })
  }
  const pairs = boots.map((boot, i) => ({ boot, root: named.get(boot) ?? roots[i] ?? root }))
  const said = boots.flatMap((boot) =>
    named.has(boot) && named.get(boot) ? [`${boot.number} starts ${named.get(boot)?.number}`] : [],
  )
  const why = said.length === 0 ? '' : ` (${list(said)})`
  return new TargetError(`${label}: more than one system: boot ${numbers(boots)}, root ${numbers(roots)}${why}`, {
    hint: `choose one: ${list(
      pairs.map((pair) => `--boot-partition ${pair.boot.number} --root-partition ${pair.root?.number}`),
      'or',
    )}`,
  })
}

function described({ number, content }: FoundPartition): string {
  return `${number} is ${content === 'fat' ? 'FAT' : (content ?? 'something unknown')}`
}

function numbers(partitions: readonly FoundPartition[]): string {
  return `partition${partitions.length > 1 ? 's' : ''} ${list(partitions.map(({ number }) => `${number}`))}`
}

function list(words: readonly string[], last = 'and'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}
