import { TargetError } from '../../base/errors.ts'
import type { BlockAllocator } from './block-allocator.ts'
import type { BlockMap, BlockMaps } from './block-map.ts'
import { writeExtents } from './extent-tree.ts'
import { FLAG, type Inode, MAP_SIZE, TYPE } from './inode.ts'
import type { Volume } from './volume.ts'

/** What one file may hold at most: what fits into memory, and into a file system without large_file. */
const MAX_FILE = 2 ** 31 - 1
/** Zeros are written in pieces of this many bytes. */
const ZEROS = 1024 * 1024
const READABLE_BY_ALL = 0o004

/** The content of regular files and symbolic links. */
export class Contents {
  readonly #volume: Volume
  readonly #blocks: BlockAllocator
  readonly #maps: BlockMaps

  constructor(volume: Volume, blocks: BlockAllocator, maps: BlockMaps) {
    this.#volume = volume
    this.#blocks = blocks
    this.#maps = maps
  }

  /** @throws TargetError when it is damaged, or too long to be read as one */
  read(inode: Inode): Uint8Array {
    const { size } = inode
    if (size > MAX_FILE) {
      throw new TargetError(`${this.#volume.label}: a file of ${size} bytes (inode ${inode.number}) is too long`)
    }
    if (inode.type === TYPE.SYMLINK && size > this.#volume.blockSize) {
      throw this.#volume.damaged(`the symbolic link of inode ${inode.number} is too long`)
    }
    if (isFastLink(inode)) return inode.map.slice(0, size)
    const content = new Uint8Array(size)
    for (const run of this.#maps.read(inode).runs) {
      const at = run.logical * this.#volume.blockSize
      if (!run.isWritten || at >= size) continue
      const count = Math.min(run.count, Math.ceil((size - at) / this.#volume.blockSize))
      content.set(this.#volume.readRange({ start: run.start, count }).subarray(0, size - at), at)
    }
    return content
  }

  /** Gives an inode that holds no blocks its content. The inode is not stored. */
  write(inode: Inode, content: Uint8Array, group: number): void {
    if (content.length > MAX_FILE) {
      throw new TargetError(`${this.#volume.label}: a file of ${content.length} bytes is too long`)
    }
    inode.size = content.length
    if (inode.type === TYPE.SYMLINK && content.length < MAP_SIZE) {
      inode.map.set(content)
      return
    }
    const { blockSize } = this.#volume
    const ranges = this.#blocks.allocate(Math.ceil(content.length / blockSize), group)
    let at = 0
    for (const range of ranges) {
      const end = at + range.count * blockSize
      this.#volume.write(range.start, padded(content.subarray(at, end), range.count * blockSize))
      inode.addBlocks(range.count, blockSize)
      at = end
    }
    this.#maps.write(inode, ranges, group)
  }

  /** Gives back all blocks of an inode's content or directory; what not everybody was allowed to read becomes zeros. */
  release(inode: Inode): void {
    if (!isMapped(inode)) return
    const map = this.#maps.read(inode)
    if (inode.type === TYPE.FILE && (inode.mode & READABLE_BY_ALL) === 0) this.#wipe(map)
    this.#free(map)
  }

  /** The same of what the device itself had deleted: nothing is overwritten. */
  releaseDeleted(inode: Inode): void {
    if (isMapped(inode)) this.#free(this.#maps.read(inode))
  }

  /**
   * Cuts a file's blocks to its size, which is smaller already; what lies behind the end in the last one becomes zeros.
   * The inode is not stored.
   *
   * @throws TargetError when its map is larger than an inode has room for
   */
  cut(inode: Inode): void {
    if (inode.type !== TYPE.FILE) return
    const { blockSize } = this.#volume
    const { runs, nodes } = this.#maps.read(inode)
    const wanted = Math.ceil(inode.size / blockSize)
    const kept = runs
      .filter(({ logical }) => logical < wanted)
      .map((run) => ({ ...run, count: Math.min(run.count, wanted - run.logical) }))
    const last = kept.at(-1)
    if (last?.isWritten === true && last.logical + last.count === wanted && inode.size % blockSize > 0) {
      const end = inode.size % blockSize
      this.#volume.writeWithin(last.start + last.count - 1, end, new Uint8Array(blockSize - end))
    }
    const surplus = runs.flatMap((run) => {
      const first = Math.max(wanted - run.logical, 0)
      return first < run.count ? [{ start: run.start + first, count: run.count - first }] : []
    })
    if (surplus.length === 0) return
    if (!inode.has(FLAG.EXTENTS) || nodes.length > 0) {
      throw this.#volume.unclean(`inode ${inode.number} was being shortened, and is of many pieces`)
    }
    for (const range of surplus) {
      this.#blocks.release(range)
      inode.addBlocks(-range.count, blockSize)
    }
    writeExtents(this.#volume, inode, kept, [])
  }

  #free(map: BlockMap): void {
    for (const run of map.runs) this.#blocks.release(run)
    for (const start of map.nodes) this.#blocks.release({ start, count: 1 })
  }

  /** Whole blocks, and so also what lies behind the file's end. */
  #wipe(map: BlockMap): void {
    const piece = ZEROS / this.#volume.blockSize
    for (const run of map.runs) {
      if (!run.isWritten) continue
      for (let done = 0; done < run.count; done += piece) {
        const count = Math.min(piece, run.count - done)
        this.#volume.write(run.start + done, new Uint8Array(count * this.#volume.blockSize))
      }
    }
  }
}

/** Whether it has blocks of its own, or could have them. */
function isMapped(inode: Inode): boolean {
  const hasMap = inode.type === TYPE.FILE || inode.isDirectory || inode.type === TYPE.SYMLINK
  return hasMap && !isFastLink(inode)
}

/** Whether a symbolic link's target is in the inode itself. */
function isFastLink(inode: Inode): boolean {
  return inode.type === TYPE.SYMLINK && inode.size < MAP_SIZE && !inode.has(FLAG.EXTENTS)
}

function padded(content: Uint8Array, length: number): Uint8Array {
  if (content.length === length) return content
  const result = new Uint8Array(length)
  result.set(content)
  return result
}
