import { FullError, SpaceError } from '../../base/errors.ts'
import { CARRIED, sizeText } from '../../core/carried/bundle.ts'
import type { Change } from '../../core/plan/state.ts'
import { growCommand, LARGER } from './repair-command.ts'

const MIB = 1024 * 1024
const BLOCK = 4096

/** A partition that is written to. */
interface Written {
  readonly name: 'root' | 'boot'
  readonly number: number
  /** In bytes, from the image's start. */
  readonly offset: number
  readonly size: number
  /** Bytes that were free on it before. */
  readonly free: number
  /** Whether no other one lies behind it, so that it can grow. */
  readonly isLast: boolean
}

/**
 * What a partition without room is said to be: how much the plan needs there, how much is free, and the ways out.
 *
 * @param error what its file system says
 * @returns any other error as it is
 */
export function explainFull(error: unknown, image: string, partition: Written, changes: readonly Change[]): unknown {
  if (!(error instanceof FullError)) return error
  const here = changes.filter(({ operation }) => operation.partition === partition.name)
  const needed = here.reduce((sum, change) => sum + neededBy(change), 0)
  const { free, number } = partition
  // Replaced files and what the file system itself needs count, too: an estimate may be too low.
  const needs =
    needed > free
      ? `${sizeText(needed)}, and ${sizeText(free)} are free`
      : `more than the ${sizeText(free)} that are free`
  const ways = waysOut(image, partition, here, Math.max(needed - free, 0))
  return new SpaceError(`${image}: the plan needs ${needs} on partition ${number} (${partition.name})`, {
    ...(ways.length > 0 && { hint: ways.join('; or ') }),
    cause: error,
  })
}

function neededBy({ operation }: Change): number {
  if (operation.kind === 'file') return Math.ceil(operation.content.length / BLOCK) * BLOCK
  return operation.kind === 'directory' ? BLOCK : 0
}

function waysOut(image: string, partition: Written, changes: readonly Change[], short: number): string[] {
  const carries = changes.some(({ operation }) => operation.path.startsWith(`${CARRIED}/`))
  // As much again, for the first start works there too.
  const more = Math.ceil(short / (64 * MIB) + 1) * 64 * MIB
  return [
    ...(carries ? ['have the first start fetch the packages: --no-bundle'] : []),
    ...(partition.name === 'root' && partition.isLast
      ? [`make the partition larger, and give ${LARGER}: ${growCommand(image, partition, more)}`]
      : []),
  ]
}
