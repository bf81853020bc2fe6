import { closeSync, openSync, renameSync, statSync } from 'node:fs'
import { realDisk } from '../../base/disk/disk.ts'
import { writeFully } from '../../base/disk/file-io.ts'
import { HashThread } from '../../base/disk/hash-thread.ts'
import { type CopyOptions, copyImage, readImage } from '../../storage/archive/sparse-copy.ts'
import type { Extent } from '../../storage/image/edit.ts'
import type { BlockRange } from '../emit/bmap-ranges.ts'
import type { JobContext } from './bake-job.ts'
import type { BaseImage } from './base-image.ts'
import { type ImageDigests, ImageHash } from './image-hash.ts'

/** What is to become of a base. */
export interface Edit {
  readonly extents: readonly Extent[]
  /** Of the image as it will be: what of it has a checksum of its own. */
  readonly ranges: readonly BlockRange[]
}

/** Digests in hex, where they are wanted. */
export interface Copied {
  readonly base: string | undefined
  readonly edited: ImageDigests | undefined
}

/** A base that lies in a file, or in one that was made of it. */
export type FileBase = Extract<BaseImage, { kind: 'file' | 'decoded' }>

/**
 * Makes the raw image `file`: the base with the extents in it. A base that was decoded for this becomes the file itself.
 *
 * @throws SpaceError, Interrupted; `file` is then the caller's to remove
 */
export async function copyEdited(
  base: FileBase,
  file: string,
  edit: Edit,
  { signal, progress, isHashed, space }: JobContext,
): Promise<Copied> {
  const { path, size } = base.bytes
  // A base that was decoded is there already; holes stay holes.
  if (base.kind === 'file') space.wants(statSync(path).blocks * 512)
  const shown = progress(base.kind === 'decoded' ? 'reading for the checksums' : 'copying', size)
  const onProgress = (done: number) => shown.update(done)
  try {
    const copied = await whileHashed(base, edit, isHashed, async (onBytes) => {
      const options = { signal, onProgress, ...onBytes }
      if (base.kind === 'file') await copyImage(path, file, options)
      else if (isHashed) await readImage(path, options)
    })
    if (base.kind === 'decoded') renameSync(path, file)
    patch(file, edit.extents)
    return copied
  } finally {
    shown.done()
  }
}

/** Computes the digests of the base and of what the edit makes of it, if they are wanted, without a copy. */
export function hashEdited(base: FileBase, edit: Edit, { signal, isHashed }: JobContext): Promise<Copied> {
  return whileHashed(base, edit, isHashed, async (onBytes) => {
    if (isHashed) await readImage(base.bytes.path, { signal, ...onBytes })
  })
}

/** @param pass lets all of the base go by, if anything is to be hashed */
async function whileHashed(
  base: FileBase,
  { extents, ranges }: Edit,
  isHashed: boolean,
  pass: (options: Pick<CopyOptions, 'onBytes'>) => Promise<void>,
): Promise<Copied> {
  // That of an archive is known already.
  const whole = isHashed && base.kind === 'file' ? new HashThread() : undefined
  const made = isHashed ? new ImageHash(ranges, extents) : undefined
  const onBytes = async (bytes: Uint8Array) => {
    await Promise.all([whole?.update(bytes), made?.update(bytes)])
  }
  try {
    await pass(isHashed ? { onBytes } : {})
    base.bytes.assertUnchanged()
    return { base: base.kind === 'decoded' ? base.sha256 : await whole?.digest(), edited: await made?.digests() }
  } finally {
    await whole?.stop()
    await made?.stop()
  }
}

function patch(file: string, extents: readonly Extent[]): void {
  const fd = openSync(file, 'r+')
  try {
    for (const { offset, bytes } of extents) writeFully(realDisk, fd, offset, bytes)
  } finally {
    closeSync(fd)
  }
}
