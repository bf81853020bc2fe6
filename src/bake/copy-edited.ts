import { closeSync, openSync, renameSync } from 'node:fs'
import { sha256OfFile } from '../archive/hash-file.ts'
import { HashThread } from '../archive/hash-thread.ts'
import { copyImage } from '../archive/sparse-copy.ts'
import type { Extent } from '../image/edit.ts'
import { writeFully } from '../image/file-io.ts'
import { realDisk } from '../tree/disk.ts'
import type { Working } from './bakery.ts'
import type { BaseImage } from './base-image.ts'

/** Digests in hex, where they are wanted. */
export interface Copied {
  readonly base: string | undefined
  readonly edited: string | undefined
}

/**
 * Makes the raw image `file`: the base with the extents in it. A base that was decoded for this becomes the file itself.
 *
 * @throws SpaceError, Interrupted; `file` is then the caller's to remove
 */
export async function copyEdited(
  base: Extract<BaseImage, { kind: 'file' | 'decoded' }>,
  file: string,
  extents: readonly Extent[],
  { signal, progress, isHashed }: Working,
): Promise<Copied> {
  const { size, path } = base.bytes
  if (base.kind === 'decoded') {
    renameSync(path, file)
    patch(file, extents)
    if (!isHashed) return { base: undefined, edited: undefined }
    const shown = progress('reading for the checksums', size)
    try {
      return { base: base.sha256, edited: await sha256OfFile(file, { signal, onBytes: (done) => shown.update(done) }) }
    } finally {
      shown.done()
    }
  }
  const shown = progress('copying', size)
  const hashes = isHashed ? { base: new HashThread(), edited: new HashThread() } : undefined
  try {
    await copyImage(path, file, {
      signal,
      onProgress: (done) => shown.update(done),
      ...(hashes && {
        onBytes: async (bytes: Uint8Array, offset: number) => {
          await Promise.all([hashes.base.update(bytes), hashes.edited.update(edited(bytes, offset, extents))])
        },
      }),
    })
    base.bytes.assertUnchanged()
    patch(file, extents)
    return { base: await hashes?.base.digest(), edited: await hashes?.edited.digest() }
  } finally {
    shown.done()
    await hashes?.base.stop()
    await hashes?.edited.stop()
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

/** A piece of the image as it will be: the same array where nothing of it changes. */
function edited(piece: Uint8Array, offset: number, extents: readonly Extent[]): Uint8Array {
  const end = offset + piece.length
  const inside = extents.filter((extent) => extent.offset < end && extent.offset + extent.bytes.length > offset)
  if (inside.length === 0) return piece
  // Not `slice`: the one of Node's Buffer is no copy.
  const copy = new Uint8Array(piece)
  for (const extent of inside) {
    const from = Math.max(offset, extent.offset)
    const to = Math.min(end, extent.offset + extent.bytes.length)
    copy.set(extent.bytes.subarray(from - extent.offset, to - extent.offset), from - offset)
  }
  return copy
}
