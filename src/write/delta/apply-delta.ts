import { renameSync, rmSync } from 'node:fs'
import { syncFile } from '../../base/disk/sync-file.ts'
import { temporaryBeside } from '../../base/disk/temporary.ts'
import { ReadBackError } from '../../base/errors.ts'
import { compressionForName } from '../../storage/archive/compression.ts'
import { encode } from '../../storage/archive/encode.ts'
import { type Delta, readDelta } from '../../storage/delta/delta-file.ts'
import { EditedBytes } from '../../storage/image/edited-bytes.ts'
import type { JobContext } from '../bake/bake-job.ts'
import { closeBaseImage, openBaseImage } from '../bake/base-image.ts'
import { copyEdited, type FileBase } from '../bake/copy-edited.ts'
import { OutputSpace } from '../bake/output-space.ts'
import { assertFits, verityOf } from './fitting-base.ts'

/** From which base by which delta to which image, packed as its name says. */
interface DeltaRoute {
  readonly delta: string
  readonly base: string
  readonly out: string
}

/**
 * Makes a whole image of a base and a delta. Both are held against their digests before anything is made, and the image, read
 * back, after that; it takes its place when it is whole.
 *
 * @throws TargetError when they do not belong together or one is damaged, SpaceError, ReadBackError, Interrupted: nothing is left of the image
 */
export async function applyDelta(route: DeltaRoute, work: Pick<JobContext, 'signal' | 'progress'>): Promise<Delta> {
  const { base: path, out } = route
  const delta = readDelta(route.delta)
  const space = new OutputSpace(out)
  const working = { ...work, isHashed: false, trustBase: false, space }
  const file = temporaryBeside(out)
  try {
    const base = (await openBaseImage(path, out, 'none', working)) as FileBase
    try {
      await assertFits(delta, base, route, work)
      await make(base, file, out, delta, working)
    } finally {
      closeBaseImage(base)
    }
    await assertBecame(file, delta, working)
    syncFile(file)
    renameSync(file, out)
    return delta
  } catch (error) {
    rmSync(file, { force: true })
    throw space.explain(error)
  }
}

async function make(base: FileBase, file: string, out: string, { extents }: Delta, working: JobContext): Promise<void> {
  const kind = compressionForName(out)
  if (kind === 'none') {
    await copyEdited(base, file, { extents, ranges: [] }, working)
    return
  }
  const { signal, progress } = working
  const shown = progress('packing', base.bytes.size)
  try {
    const onProgress = (done: number) => shown.update(done)
    await encode(new EditedBytes(base.bytes, extents), file, kind, { signal, onProgress })
    base.bytes.assertUnchanged()
  } finally {
    shown.done()
  }
}

async function assertBecame(file: string, { result }: Delta, working: JobContext): Promise<void> {
  const made = await openBaseImage(file, file, 'any', working)
  try {
    const tree = await verityOf(made, 'reading back', working)
    if (tree.digest() !== result) throw new ReadBackError('what was written does not read back: its digest is another')
  } finally {
    closeBaseImage(made)
  }
}
