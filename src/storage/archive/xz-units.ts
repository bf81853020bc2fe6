import type { Unit } from './unit.ts'
import { type Check, padded } from './xz-format.ts'
import type { XzBlock, XzIndex } from './xz-index.ts'

/** Larger blocks, and larger dictionaries, are no good for entering a file in the middle. */
export const MAX_BLOCK = 64 * 1024 * 1024

/** An .xz file that can be entered anywhere: its blocks, and what is behind each of them. */
export interface XzUnits {
  readonly check: Check
  readonly units: readonly (Unit & XzBlock)[]
}

/**
 * The blocks of a file of several blocks, as `xz -T0` makes it.
 *
 * @returns `undefined` when it cannot be entered: one block, several streams, very large blocks
 */
export function unitsOf({ streams: [stream, ...more], isPadded }: XzIndex): XzUnits | undefined {
  if (stream === undefined || more.length > 0 || isPadded || stream.blocks.length < 2) return undefined
  const { check, blocks } = stream
  if (blocks.some(({ size }) => size > MAX_BLOCK || size === 0)) return undefined
  return { check, units: blocks.map((block) => ({ ...block, length: padded(block.unpadded) })) }
}
