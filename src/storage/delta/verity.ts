import { concat, hex } from '../../base/host/bytes.ts'
import { sha256 } from '../../base/host/hash.ts'
import { isZero } from '../archive/sparse-writer.ts'
import type { Extent } from '../image/edit.ts'

/** Bytes of an image that have a digest of their own, and of digests that have one together. */
export const BLOCK = 4096
const DIGEST = 32
const PER_BLOCK = BLOCK / DIGEST
const ZEROS = sha256(new Uint8Array(BLOCK))

/**
 * The digests of an image as a tree, by which that of an edited image costs the blocks that change and not the whole of it. It
 * is the one of fs-verity with SHA-256, blocks of 4096 bytes and no salt (Linux, Documentation/filesystems/fsverity.rst,
 * "Merkle tree"): `fsverity digest FILE` gives the same.
 */
export class VerityTree {
  /** Of the image, in bytes. */
  readonly size: number
  /** The digests of its blocks, one after the other, in shared memory. */
  readonly blocks: Uint8Array
  /** The same of each level, the lowest first; the highest has one digest. Each fills whole blocks, with zeros at its end. */
  readonly #levels: readonly Uint8Array[]

  /** @param blocks as {@link VerityTree.blocks} of a tree that was built */
  constructor(size: number, blocks: Uint8Array) {
    this.size = size
    this.blocks = blocks
    const levels = [blocks]
    for (let count = Math.ceil(size / BLOCK), level = blocks; count > 1; ) {
      count = Math.ceil(count / PER_BLOCK)
      level = levelAbove(level, count)
      levels.push(level)
    }
    this.#levels = levels
  }

  /**
   * The digest of the image with the extents in it, as `sha256:…`.
   *
   * @param extents each begins at a block, and ends at one or with the image
   */
  digest(extents: readonly Extent[] = []): string {
    let changed = new Map(extents.flatMap(digestsOf))
    for (const level of this.#levels.slice(0, -1)) changed = above(level, changed)
    const root = changed.get(0) ?? (this.#levels.at(-1) as Uint8Array).subarray(0, DIGEST)
    return `sha256:${hex(sha256(descriptor(this.size, root)))}`
  }
}

/** Builds the tree of an image whose bytes go by. */
export class VerityBuilder {
  readonly #size: number
  readonly #blocks: Uint8Array
  readonly #rest = new Uint8Array(BLOCK)
  #position = 0

  /** @param size of the image, in bytes */
  constructor(size: number) {
    this.#size = size
    const whole = Math.max(1, Math.ceil(size / BLOCK / PER_BLOCK)) * BLOCK
    this.#blocks = new Uint8Array(new SharedArrayBuffer(whole))
  }

  /** Adds the next bytes. */
  update(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; ) {
      const filled = this.#position % BLOCK
      const piece = bytes.subarray(start, start + BLOCK - filled)
      start += piece.length
      this.#position += piece.length
      if (piece.length === BLOCK) this.#add(piece)
      else this.#addPart(piece, filled)
    }
  }

  /** The last call. @throws RangeError when more or fewer bytes went by than there should be */
  tree(): VerityTree {
    if (this.#position !== this.#size) throw new RangeError(`${this.#position} of ${this.#size} bytes went by`)
    return new VerityTree(this.#size, this.#blocks)
  }

  #addPart(piece: Uint8Array, filled: number): void {
    this.#rest.set(piece, filled)
    if (this.#position % BLOCK !== 0 && this.#position !== this.#size) return
    // The last block counts as if zeros followed.
    this.#add(this.#rest.fill(0, filled + piece.length))
  }

  #add(block: Uint8Array): void {
    const index = Math.ceil(this.#position / BLOCK) - 1
    // Much of an image is zeros.
    this.#blocks.set(isZero(block) ? ZEROS : sha256(block), index * DIGEST)
  }
}

function levelAbove(level: Uint8Array, count: number): Uint8Array {
  const made = new Uint8Array(Math.ceil(count / PER_BLOCK) * BLOCK)
  for (let i = 0; i < count; i++) made.set(sha256(level.subarray(i * BLOCK, (i + 1) * BLOCK)), i * DIGEST)
  return made
}

/** The digests that change in the level above this one, by their number. */
function above(level: Uint8Array, changed: ReadonlyMap<number, Uint8Array>): Map<number, Uint8Array> {
  const blocks = new Map<number, Uint8Array>()
  for (const [index, digest] of changed) {
    const number = Math.floor(index / PER_BLOCK)
    const block = blocks.get(number) ?? new Uint8Array(level.subarray(number * BLOCK, (number + 1) * BLOCK))
    block.set(digest, (index % PER_BLOCK) * DIGEST)
    blocks.set(number, block)
  }
  return new Map([...blocks].map(([number, block]) => [number, sha256(block)]))
}

/** The digest of each block of an extent, by the number of the block in the image. */
function digestsOf({ offset, bytes }: Extent): (readonly [number, Uint8Array])[] {
  return Array.from({ length: Math.ceil(bytes.length / BLOCK) }, (_, i) => {
    const block = bytes.subarray(i * BLOCK, (i + 1) * BLOCK)
    const digest = sha256(block, new Uint8Array(BLOCK - block.length))
    return [offset / BLOCK + i, digest] as const
  })
}

/** `struct fsverity_descriptor`: version, SHA-256, block size as a power of two, no salt; size; root; salt and what is reserved. */
function descriptor(size: number, root: Uint8Array): Uint8Array {
  const head = new Uint8Array([1, 1, 12, 0, 0, 0, 0, 0])
  const length = new Uint8Array(8)
  new DataView(length.buffer).setBigUint64(0, BigInt(size), true)
  return concat([head, length, root, new Uint8Array(256 - 16 - root.length)])
}
