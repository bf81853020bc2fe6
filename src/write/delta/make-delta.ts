import { renameSync, rmSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { PlainFile } from '../../base/disk/plain-file.ts'
import { syncFile } from '../../base/disk/sync-file.ts'
import { temporaryBeside } from '../../base/disk/temporary.ts'
import { ReadBackError } from '../../base/errors.ts'
import type { Change } from '../../core/plan/state.ts'
import { deltaOf, readDelta, writeDelta } from '../../storage/delta/delta-file.ts'
import type { VerityTree } from '../../storage/delta/verity.ts'
import { EditedBytes } from '../../storage/image/edited-bytes.ts'
import type { PartitionChoice } from '../apply/choose-partitions.ts'
import { imageTarget, OpenImage } from '../apply/open-image.ts'
import { assertReadsBack } from '../apply/read-back.ts'
import type { BakeOptions } from '../bake/bake-job.ts'

/** A base of which deltas are made: not packed. */
export interface DeltaBase {
  readonly bytes: PlainFile
  readonly tree: VerityTree
  /** As messages call it. */
  readonly label: string
}

/**
 * Makes the delta `out` of an image: what the changes make of the base. Neither is copied or read as a whole. What the image would
 * be is read back, and so is the delta, before it takes its place.
 *
 * @throws TargetError, SpaceError, ReadBackError, Interrupted: nothing is left of the delta
 */
export async function makeDelta(
  { bytes, tree, label }: DeltaBase,
  out: string,
  changes: readonly Change[],
  {
    epoch,
    operations,
    choice,
    signal,
  }: BakeOptions & { readonly choice: PartitionChoice; readonly signal: AbortSignal },
): Promise<void> {
  const { extents } = new OpenImage(bytes, label, choice).edit(changes, { epoch })
  assertReadsBack(imageTarget(new EditedBytes(bytes, extents), label, choice), operations)
  const delta = deltaOf(tree, extents)
  const file = temporaryBeside(out)
  try {
    await writeDelta(delta, file, signal)
    if (!isDeepStrictEqual(readDelta(file), delta))
      throw new ReadBackError(`${out}: what was written does not read back`)
    bytes.assertUnchanged()
    syncFile(file)
    renameSync(file, out)
  } catch (error) {
    rmSync(file, { force: true })
    throw error
  }
}
