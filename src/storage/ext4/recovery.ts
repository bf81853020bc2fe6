import type { WritableBytes } from '../../base/bytes/bytes.ts'
import type { Journal } from '../jbd2/journal.ts'
import { contentOf, readReplay } from '../jbd2/replay.ts'
import { readExtents } from './extent-tree.ts'
import { INCOMPAT } from './features.ts'
import { get32, put32 } from './fields.ts'
import { inodeTableOf } from './group-descriptors.ts'
import { readIndirect } from './indirect-map.ts'
import { FLAG, Inode, TYPE } from './inode.ts'
import { isInodeSound } from './inode-table.ts'
import { BlockSet } from './layout.ts'
import {
  type Naming,
  needsRecovery,
  readSuperblock,
  SUPERBLOCK_FIELDS,
  SUPERBLOCK_OFFSET,
  sealSuperblock,
} from './superblock.ts'
import { Volume } from './volume.ts'

/** What a replay may write, in bytes: it is held in memory. A card of 64 GB has a journal of this size. */
const MOST_BYTES = 256 * 1024 * 1024

/** How much was replayed. */
export interface Recovered {
  readonly transactions: number
  readonly blocks: number
}

/**
 * Replays the journal of a file system that was not unmounted, as the next mount would: into `bytes`, which are held in
 * memory. Its superblock is then without the mark that says so, and the journal is empty.
 *
 * @returns `undefined` when it was unmounted
 * @throws TargetError when the journal cannot be replayed
 */
export function replayJournal(bytes: WritableBytes, naming: Naming): Recovered | undefined {
  if (!needsRecovery(bytes)) return undefined
  const volume = new Volume(bytes, { ...naming, epoch: 0 })
  const { journal, places } = openJournal(volume)
  const { transactions, blocks, superblock } = readReplay(journal)
  if (blocks.size * volume.blockSize > MOST_BYTES) {
    throw journal.refused(`its journal holds more than ${MOST_BYTES / 2 ** 20} MiB to replay`)
  }
  const own = new BlockSet(places.map((start) => ({ start, count: 1 })))
  for (const [target, logged] of blocks) {
    const offset = target * volume.blockSize
    // Not the superblock's word: it may have been growing.
    if (offset + volume.blockSize > bytes.size) throw journal.refused(`its journal writes to block ${target}`)
    if (own.overlaps({ start: target, count: 1 })) throw journal.refused('its journal writes over itself')
    bytes.write(offset, contentOf(journal, logged))
  }
  bytes.write((places[0] ?? 0) * volume.blockSize, superblock)
  clearMark(bytes, naming)
  return { transactions, blocks: blocks.size }
}

/** The journal's file, and where its blocks are. */
function openJournal(volume: Volume): { journal: Journal; places: readonly number[] } {
  const inode = journalInode(volume)
  const read = inode.has(FLAG.EXTENTS) ? readExtents : readIndirect
  const { runs } = read(volume, inode)
  const held = runs.reduce((sum, { count }) => sum + count, 0)
  if (held > volume.superblock.blockCount) throw volume.unclean('its journal is longer than itself')
  const places: number[] = []
  for (const run of runs) {
    volume.assertInside(run)
    if (run.logical !== places.length || !run.isWritten) throw volume.unclean('its journal has a hole')
    for (let block = run.start; block < run.start + run.count; block++) places.push(block)
  }
  const journal: Journal = {
    blockSize: volume.blockSize,
    blockCount: places.length,
    read(index) {
      const place = places[index]
      if (place === undefined) throw volume.unclean('its journal is shorter than it says')
      return volume.read(place)
    },
    refused: (what) => volume.unclean(what),
  }
  return { journal, places }
}

/** What is not replayed yet may say otherwise of all other inodes; this one and its descriptor's place never change. */
function journalInode(volume: Volume): Inode {
  const { journal: number, inodeCount, inodesPerGroup, inodeSize, blockSize } = volume.superblock
  if (number === 0 || number > inodeCount) throw volume.unclean('it has no journal')
  const group = Math.floor((number - 1) / inodesPerGroup)
  const byte = ((number - 1) % inodesPerGroup) * inodeSize
  const block = volume.read(inodeTableOf(volume, group) + Math.floor(byte / blockSize))
  const inode = new Inode(number, block.slice(byte % blockSize, (byte % blockSize) + inodeSize))
  if (inode.type !== TYPE.FILE || inode.links === 0 || !isInodeSound(volume, inode)) {
    throw volume.unclean(`its journal (inode ${number}) is not a sound file`)
  }
  return inode
}

/** The superblock may have come out of the journal: it is read anew. */
function clearMark(bytes: WritableBytes, naming: Naming): void {
  const { superblock, raw } = readSuperblock(bytes, naming)
  put32(raw, SUPERBLOCK_FIELDS.incompat, get32(raw, SUPERBLOCK_FIELDS.incompat) & ~INCOMPAT.RECOVER)
  sealSuperblock(raw, superblock)
  bytes.write(SUPERBLOCK_OFFSET, raw)
}
