import { TargetError } from '../../base/errors.ts'
import { eachDecoded } from '../../storage/archive/each-decoded.ts'
import { readImage } from '../../storage/archive/sparse-copy.ts'
import { type Delta, deltaMisfit } from '../../storage/delta/delta-file.ts'
import { VerityBuilder, type VerityTree } from '../../storage/delta/verity.ts'
import type { JobContext } from '../bake/bake-job.ts'
import type { BaseImage } from '../bake/base-image.ts'

type Work = Pick<JobContext, 'signal' | 'progress'>

/**
 * The tree of digests of an image, all of which is read, or decoded.
 *
 * @param title of the progress that is shown
 * @throws TargetError when an archive is damaged, Interrupted
 */
export async function verityOf(image: BaseImage, title: string, { signal, progress }: Work): Promise<VerityTree> {
  const { size } = image.bytes
  const builder = new VerityBuilder(size)
  const shown = progress(title, size)
  let done = 0
  const use = (bytes: Uint8Array) => {
    builder.update(bytes)
    done += bytes.length
    shown.update(done)
  }
  try {
    if (image.kind === 'xz' || image.kind === 'zst') await eachDecoded(image.kind, image.bytes, { signal }, use)
    else await readImage(image.bytes.path, { signal, onBytes: use })
    return builder.tree()
  } finally {
    shown.done()
  }
}

/**
 * Holds a base, all of which is read, against the delta that is to be laid over it, and what becomes of it against what the delta says.
 *
 * @param names of both, for messages
 * @throws TargetError when they do not belong together, or one is damaged; Interrupted
 */
export async function assertFits(
  delta: Delta,
  image: BaseImage,
  names: { readonly delta: string; readonly base: string },
  work: Work,
): Promise<void> {
  // That of another size need not be read.
  const tree = image.bytes.size === delta.bytes ? await verityOf(image, 'checking the base', work) : undefined
  const misfit = tree === undefined ? 'base' : deltaMisfit(delta, tree)
  if (misfit === 'base') {
    const found = tree?.digest() ?? `of ${image.bytes.size} bytes`
    throw new TargetError(`${names.base} is not the base of ${names.delta}: it is ${found}`, {
      hint: `wanted is an image of ${delta.bytes} bytes with the fs-verity digest ${delta.base}`,
    })
  }
  if (misfit === 'result') {
    throw new TargetError(`${names.delta}: damaged: ${names.base} does not become what it says`, {
      hint: 'make the delta again',
    })
  }
}
