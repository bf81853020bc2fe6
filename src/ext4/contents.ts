import { TargetError } from '../tree/tree.ts'
import type { BlockAllocator } from './block-allocator.ts'
import type { BlockMap, BlockMaps } from './block-map.ts'
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
    const isMapped = inode.type === TYPE.FILE || inode.isDirectory || inode.type === TYPE.SYMLINK
    if (!isMapped || isFastLink(inode)) return
    const map = this.#maps.read(inode)
    if (inode.type === TYPE.FILE && (inode.mode & READABLE_BY_ALL) === 0) this.#wipe(map)
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
