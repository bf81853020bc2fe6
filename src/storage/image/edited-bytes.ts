import type { CopyableBytes } from '../../base/bytes/bytes.ts'
import { type Extent, layInto } from './edit.ts'

/** An edited image that no file has yet: the base, and what the edit changes over it. */
export class EditedBytes implements CopyableBytes {
  readonly size: number
  readonly #base: CopyableBytes
  readonly #extents: readonly Extent[]

  constructor(base: CopyableBytes, extents: readonly Extent[]) {
    this.size = base.size
    this.#base = base
    this.#extents = extents
  }

  /** A copy. */
  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    this.readInto(bytes, offset)
    return bytes
  }

  readInto(into: Uint8Array, offset: number): void {
    this.#base.readInto(into, offset)
    layInto(into, offset, inside(this.#extents, offset, into.length))
  }
}

/** A piece of the image as it will be: the same array where nothing of it changes, else a copy. */
export function edited(piece: Uint8Array, offset: number, extents: readonly Extent[]): Uint8Array {
  const changed = inside(extents, offset, piece.length)
  if (changed.length === 0) return piece
  // Not `slice`: the one of Node's Buffer is not a copy.
  const copy = new Uint8Array(piece)
  layInto(copy, offset, changed)
  return copy
}

function inside(extents: readonly Extent[], offset: number, length: number): readonly Extent[] {
  return extents.filter((extent) => extent.offset < offset + length && extent.offset + extent.bytes.length > offset)
}
