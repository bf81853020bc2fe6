import { sha256OfFile } from '../../base/disk/hash-file.ts'
import { together } from '../../base/process/together.ts'
import { eachDecoded } from '../../storage/archive/each-decoded.ts'
import type { SpliceOptions } from '../../storage/archive/splice.ts'
import { spliceXz } from '../../storage/archive/xz-splice.ts'
import { spliceZst } from '../../storage/archive/zst-splice.ts'
import type { JobContext } from './bake-job.ts'
import type { BaseImage } from './base-image.ts'
import type { Edit } from './copy-edited.ts'
import { type ImageDigests, ImageHash } from './image-hash.ts'
import { OutputHash } from './output-hash.ts'

type Archive = Extract<BaseImage, { kind: 'xz' | 'zst' }>
type Shown = Pick<SpliceOptions, 'signal' | 'onProgress'>

/** Digests in hex, where they are wanted. */
interface Spliced {
  readonly base: string | undefined
  readonly out: string | undefined
  readonly decoded: ImageDigests | undefined
}

/**
 * Makes the archive `file`: what the edit does not touch of the base is carried over as it is. Beside that all of the base
 * is decoded, so that damage in what is carried over is found, and the digests of what it decodes to are known; but not of
 * a base that is trusted.
 *
 * @throws TargetError when the base is damaged, SpaceError, Interrupted; `file` is then the caller's to remove
 */
export async function splice(
  base: Archive,
  file: string,
  edit: Edit,
  { signal, progress, isHashed, trustBase, space }: JobContext,
): Promise<Spliced> {
  space.wants(base.bytes.file.size)
  const title = trustBase ? 'packing what has changed' : 'packing what has changed, and checking all else'
  const shown = progress(title, trustBase ? undefined : base.bytes.size)
  const onProgress = (done: number) => shown.update(done)
  const hash = new OutputHash(isHashed)
  try {
    const [, baseSha256, decoded] = await together(signal, [
      (either) => {
        const options = { signal: either, onOutput: hash.onOutput, ...(trustBase && { onProgress }) }
        return base.kind === 'xz'
          ? spliceXz(base.bytes, edit.extents, file, options)
          : spliceZst(base.bytes, edit.extents, file, options)
      },
      async (either) => (isHashed ? sha256OfFile(base.bytes.path, { signal: either }) : undefined),
      async (either) =>
        trustBase ? undefined : seen(base, isHashed ? edit : undefined, { signal: either, onProgress }),
    ])
    return { base: baseSha256, out: hash.digest(), decoded }
  } finally {
    shown.done()
  }
}

/** Decodes all of the base. @param edit undefined: nobody wants to know the digests */
async function seen(base: Archive, edit: Edit | undefined, options: Shown): Promise<ImageDigests | undefined> {
  const hash = edit && new ImageHash(edit.ranges, edit.extents)
  try {
    await eachDecoded(base.kind, base.bytes, options, async (bytes) => hash?.update(bytes))
    return await hash?.digests()
  } finally {
    await hash?.stop()
  }
}
