import { crc32c } from '../../base/bytes/crc32c.ts'
import { Bitmap } from './bitmap.ts'
import { BLOCK_UNINIT, type Groups, INODE_UNINIT } from './group-descriptors.ts'
import { initialBlockBitmap, initialInodeBitmap } from './layout.ts'
import type { Volume } from './volume.ts'

/** In what the two kinds of bitmaps differ (Linux Documentation/filesystems/ext4, "Block and Inode Bitmaps"). */
interface Kind {
  readonly name: string
  readonly free: 'freeBlocks' | 'freeInodes'
  readonly checksum: 'blockBitmapChecksum' | 'inodeBitmapChecksum'
  readonly uninitialised: number
  block(group: number): number
  initial(group: number): Uint8Array
  /** How many bits stand for something. */
  length(group: number): number
  /** Whole bytes, of a short last group too. */
  readonly checksummedBytes: number
}

/** The bitmaps of all groups: read and checked when one is asked for, written by {@link Bitmaps.flush}. */
export class Bitmaps {
  readonly #volume: Volume
  readonly #groups: Groups
  readonly #kind: Kind
  readonly #known = new Map<number, Bitmap>()
  readonly #changed = new Set<number>()

  constructor(volume: Volume, groups: Groups, kind: Kind) {
    this.#volume = volume
    this.#groups = groups
    this.#kind = kind
  }

  /**
   * To be looked at.
   *
   * @throws TargetError when its checksum is wrong or it has not as many free as its descriptor says
   */
  of(group: number): Bitmap {
    const known = this.#known.get(group)
    if (known !== undefined) return known
    const bytes = this.#groups.has(group, this.#kind.uninitialised)
      ? this.#kind.initial(group)
      : this.#volume.read(this.#kind.block(group)).slice()
    const bitmap = new Bitmap(bytes, this.#kind.length(group))
    this.#assertSound(group, bitmap)
    this.#known.set(group, bitmap)
    return bitmap
  }

  /** To be changed, with the free count of the group: `by` fewer are free afterwards. */
  change(group: number, by: number): Bitmap {
    const bitmap = this.of(group)
    this.#groups.add(group, this.#kind.free, -by)
    this.initialise(group)
    if (!this.#changed.has(group)) {
      this.#changed.add(group)
      // Written in the end; that it will be is known to the allocators now.
      this.#volume.write(this.#kind.block(group), bitmap.bytes)
    }
    return bitmap
  }

  /** A group that had no bitmap has one from now on. */
  initialise(group: number): void {
    if (!this.#groups.has(group, this.#kind.uninitialised)) return
    this.of(group)
    this.#groups.clear(group, this.#kind.uninitialised)
    this.#changed.add(group)
  }

  flush(): void {
    for (const group of this.#changed) {
      const bitmap = this.of(group)
      this.#volume.write(this.#kind.block(group), bitmap.bytes)
      if (this.#volume.superblock.hasChecksums) this.#groups.set(group, this.#kind.checksum, this.#checksum(bitmap))
    }
    this.#changed.clear()
  }

  #checksum(bitmap: Bitmap): number {
    return crc32c(this.#volume.superblock.checksumSeed, bitmap.bytes, 0, this.#kind.checksummedBytes)
  }

  #assertSound(group: number, bitmap: Bitmap): void {
    const { hasChecksums, isWide } = this.#volume.superblock
    const name = `the ${this.#kind.name} bitmap of group ${group}`
    if (hasChecksums && !this.#groups.has(group, this.#kind.uninitialised)) {
      // Descriptors of 32 bytes have room for half of it.
      const sum = this.#checksum(bitmap) % (isWide ? 2 ** 32 : 2 ** 16)
      if (sum !== this.#groups.get(group, this.#kind.checksum)) {
        throw this.#volume.damaged(`the checksum of ${name} is wrong`)
      }
    }
    if (bitmap.countClear() !== this.#groups.get(group, this.#kind.free)) {
      throw this.#volume.damaged(`${name} does not have as many free as the group's descriptor says`)
    }
  }
}

export function blockBitmaps(volume: Volume, groups: Groups): Bitmaps {
  return new Bitmaps(volume, groups, {
    name: 'block',
    free: 'freeBlocks',
    checksum: 'blockBitmapChecksum',
    uninitialised: BLOCK_UNINIT,
    block: (group) => groups.blockBitmap(group),
    initial: (group) => initialBlockBitmap(volume, groups, group),
    length: (group) => volume.group(group).count,
    checksummedBytes: volume.superblock.blocksPerGroup / 8,
  })
}

export function inodeBitmaps(volume: Volume, groups: Groups): Bitmaps {
  return new Bitmaps(volume, groups, {
    name: 'inode',
    free: 'freeInodes',
    checksum: 'inodeBitmapChecksum',
    uninitialised: INODE_UNINIT,
    block: (group) => groups.inodeBitmap(group),
    initial: () => initialInodeBitmap(volume),
    length: () => volume.superblock.inodesPerGroup,
    checksummedBytes: volume.superblock.inodesPerGroup / 8,
  })
}
