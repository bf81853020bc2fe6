import type { WritableBytes } from '../../base/bytes/bytes.ts'
import { TargetError } from '../../base/errors.ts'
import type { BlockRange } from './block-range.ts'
import { type Naming, readSuperblock, repairHint, SUPERBLOCK_OFFSET, type Superblock } from './superblock.ts'
import { Touched } from './touched.ts'

export interface VolumeOptions extends Naming {
  /** The time of all that is written, in seconds. */
  readonly epoch: number
}

/** The partition as numbered blocks, and what everybody who works on it has to know. */
export class Volume {
  readonly #naming: Naming
  /** The time of all that is written, in seconds. */
  epoch: number
  readonly touched: Touched
  readonly superblock: Superblock
  /** The superblock's own bytes, to be written again in the end. */
  readonly rawSuperblock: Uint8Array
  readonly #bytes: WritableBytes
  #isChanged = false

  /** @throws TargetError when it is not a file system that can be edited */
  constructor(bytes: WritableBytes, options: VolumeOptions) {
    this.#naming = options
    this.epoch = options.epoch
    this.#bytes = bytes
    const { superblock, raw } = readSuperblock(bytes, options)
    this.superblock = superblock
    this.rawSuperblock = raw
    this.touched = new Touched(bytes, superblock.blockSize, superblock.blockCount)
  }

  get label(): string {
    return this.#naming.label
  }

  /** Whether anything was written. */
  get isChanged(): boolean {
    return this.#isChanged
  }

  get blockSize(): number {
    return this.superblock.blockSize
  }

  /** The block's bytes: to be read, never written to. */
  read(block: number): Uint8Array {
    return this.readRange({ start: block, count: 1 })
  }

  readRange(range: BlockRange): Uint8Array {
    this.assertInside(range)
    return plain(this.#bytes.read(range.start * this.blockSize, range.count * this.blockSize))
  }

  /** Writes one block or more. */
  write(start: number, content: Uint8Array): void {
    const range = { start, count: Math.ceil(content.length / this.blockSize) }
    this.assertInside(range)
    this.#willWrite(range)
    this.#bytes.write(start * this.blockSize, content)
  }

  /** Writes a part of a block. */
  writeWithin(block: number, offset: number, content: Uint8Array): void {
    this.#willWrite({ start: block, count: 1 })
    this.#bytes.write(block * this.blockSize + offset, content)
  }

  writeSuperblock(): void {
    this.#bytes.write(SUPERBLOCK_OFFSET, this.rawSuperblock)
  }

  /** In which group a block is. */
  groupOf(block: number): number {
    return Math.floor((block - this.superblock.firstDataBlock) / this.superblock.blocksPerGroup)
  }

  /** The blocks of a group; the last one may be shorter. */
  group(index: number): BlockRange {
    const { firstDataBlock, blocksPerGroup, blockCount } = this.superblock
    const start = firstDataBlock + index * blocksPerGroup
    return { start, count: Math.min(blocksPerGroup, blockCount - start) }
  }

  assertInside(range: BlockRange): void {
    if (range.start < 0 || range.count < 1 || range.start + range.count > this.superblock.blockCount) {
      throw this.damaged(`block ${range.start} is outside of it`)
    }
  }

  /** From now on the superblock is written in the end; that it will be is known to the allocators now. */
  willChange(): void {
    if (this.#isChanged) return
    this.#isChanged = true
    this.writeSuperblock()
  }

  #willWrite(range: BlockRange): void {
    this.willChange()
    this.touched.willWrite(range)
  }

  /** The error for what was left undone when it was not unmounted, and pibake does not finish. */
  unclean(what: string): TargetError {
    return new TargetError(`${this.label}: the ext4 file system was not unmounted, and cannot be recovered: ${what}`, {
      hint: repairHint(this.#naming),
    })
  }

  /** The error for what no ext4 file system should have. */
  damaged(what: string): TargetError {
    return new TargetError(`${this.label}: the ext4 file system is damaged: ${what}`, {
      hint: repairHint(this.#naming),
    })
  }
}

/** The same bytes as an array whose `slice` copies: the one of Node's Buffer does not. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}
