import type { Run } from './block-run.ts'
import { get32 } from './fields.ts'
import type { Inode } from './inode.ts'
import type { Volume } from './volume.ts'

/** Pointers in the inode: twelve to blocks, then one each to a block, two and three levels of blocks with pointers. */
const DIRECT = 12
const LEVELS = 3

/**
 * The block map of ext2 and ext3, which files of a converted file system still have (Linux
 * Documentation/filesystems/ext4, "Direct/Indirect Block Addressing"). It is read and freed, never written.
 *
 * @throws TargetError when a block of pointers is met twice
 */
export function readIndirect(volume: Volume, inode: Inode): { runs: Run[]; nodes: number[] } {
  const runs: Run[] = []
  const nodes: number[] = []
  const seen = new Set<number>()
  const perBlock = volume.blockSize / 4
  const add = (logical: number, start: number) => {
    const last = runs.at(-1)
    if (last !== undefined && last.logical + last.count === logical && last.start + last.count === start) {
      runs[runs.length - 1] = { ...last, count: last.count + 1 }
    } else runs.push({ logical, start, count: 1, isWritten: true })
  }
  const visit = (logical: number, block: number, level: number) => {
    if (block === 0) return
    if (level === 0) {
      add(logical, block)
      return
    }
    if (seen.has(block)) throw volume.damaged(`the block map of inode ${inode.number} runs in a circle`)
    seen.add(block)
    nodes.push(block)
    const pointers = volume.read(block)
    const span = perBlock ** (level - 1)
    for (let i = 0; i < perBlock; i++) visit(logical + i * span, get32(pointers, i * 4), level - 1)
  }
  const pointer = (i: number) => get32(inode.map, i * 4)
  for (let i = 0; i < DIRECT; i++) visit(i, pointer(i), 0)
  let first = DIRECT
  for (let level = 1; level <= LEVELS; level++) {
    visit(first, pointer(DIRECT + level - 1), level)
    first += perBlock ** level
  }
  return { runs, nodes }
}
