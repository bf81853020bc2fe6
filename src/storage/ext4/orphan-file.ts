import { crc32c } from '../../base/bytes/crc32c.ts'
import { get32, high32, put32 } from './fields.ts'
import type { Inode } from './inode.ts'
import { inodeSeed, isInodeSound } from './inode-table.ts'
import type { Ext4Internals } from './nodes.ts'
import type { Volume } from './volume.ts'

const MAGIC = 0x0b10ca04
/** Magic number and checksum, at the end of each block. */
const TAIL = 8

/** The file with the numbers of inodes to be deleted, in any places; all others are 0. */
export class OrphanFile {
  readonly #volume: Volume
  readonly #inode: Inode
  readonly #blocks: readonly number[]

  /** @throws TargetError when it is damaged */
  constructor({ volume, inodes, maps }: Ext4Internals, number: number) {
    this.#volume = volume
    this.#inode = inodes.special(number)
    if (!isInodeSound(volume, this.#inode)) throw this.#damaged()
    const { runs } = maps.read(this.#inode)
    this.#blocks = runs.flatMap(({ start, count }) => Array.from({ length: count }, (_, i) => start + i))
    for (const block of this.#blocks) if (!this.#isSound(block)) throw this.#damaged()
  }

  numbers(): number[] {
    return this.#blocks.flatMap((block) => numbersIn(this.#volume.read(block)))
  }

  /** Takes all numbers out. */
  clear(): void {
    for (const block of this.#blocks) {
      if (numbersIn(this.#volume.read(block)).length === 0) continue
      const empty = new Uint8Array(this.#volume.blockSize)
      put32(empty, empty.length - TAIL, MAGIC)
      if (this.#volume.superblock.hasChecksums) put32(empty, empty.length - 4, this.#checksum(block, empty))
      this.#volume.write(block, empty)
    }
  }

  #isSound(block: number): boolean {
    const bytes = this.#volume.read(block)
    if (get32(bytes, bytes.length - TAIL) !== MAGIC) return false
    return !this.#volume.superblock.hasChecksums || get32(bytes, bytes.length - 4) === this.#checksum(block, bytes)
  }

  /** Goes on from the block's own number, of 64 bits. */
  #checksum(block: number, bytes: Uint8Array): number {
    const number = new Uint8Array(8)
    put32(number, 0, block)
    put32(number, 4, high32(block))
    return crc32c(crc32c(inodeSeed(this.#volume, this.#inode), number), bytes, 0, bytes.length - TAIL)
  }

  #damaged() {
    return this.#volume.damaged(`the list of files to be deleted (inode ${this.#inode.number})`)
  }
}

function numbersIn(block: Uint8Array): number[] {
  const numbers: number[] = []
  for (let at = 0; at < block.length - TAIL; at += 4) {
    const number = get32(block, at)
    if (number !== 0) numbers.push(number)
  }
  return numbers
}
