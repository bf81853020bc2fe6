import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { get32 } from '../../../../src/storage/ext4/fields.ts'
import { Groups, INODE_UNINIT, inodeTableBlocks } from '../../../../src/storage/ext4/group-descriptors.ts'
import { readSuperblock } from '../../../../src/storage/ext4/superblock.ts'
import { Volume } from '../../../../src/storage/ext4/volume.ts'
import type { Piece } from '../../../../src/storage/image/partitions.ts'
import { MemoryBytes } from '../../../support/memory-bytes.ts'
import { openBytes } from './image.ts'
import { complaintsOf, e2fsck } from './make.ts'
import { lines, readModel } from './model.ts'

const SUPERBLOCK = 1024
const WRITTEN = 0x30
/**
 * What e2fsck stamps into the superblock, and the checksum of that: when it was written and checked (with their high
 * bytes), how often it was mounted since, how much was ever written to it.
 */
const STAMPS: readonly (readonly [offset: number, length: number])[] = [
  [WRITTEN, 4],
  [0x34, 2],
  [0x40, 4],
  [0x178, 8],
  [0x274, 6],
  [0x3fc, 4],
]

/**
 * How many inodes at the end of a group's table were never used, the checksum with it, and whether there are any at all
 * (in a byte of flags): e2fsck finds that anew.
 */
const UNUSED: readonly (readonly [offset: number, length: number])[] = [
  [0x1c, 4],
  [0x32, 2],
]
const FLAGS = 0x12

/**
 * Replays the journal of the file system in a file, and has e2fsck do it with a copy of it: block for block the same comes
 * of it, and `e2fsck -fn` is content.
 *
 * @returns what our own code says that it did
 */
export function replayedLikeE2fsck(file: string): readonly string[] {
  const before = readFileSync(file)
  const { edit, fs } = openBytes(before)
  // What is deleted gets this time, with us and with e2fsck.
  const time = get32(edit.read(SUPERBLOCK, 1024), WRITTEN)
  fs.setTime(time)
  fs.finish()
  const ours = new Uint8Array(before)
  for (const { offset, bytes } of edit.extents()) ours.set(bytes, offset)

  const other = `${file}.e2fsck`
  copyFileSync(file, other)
  e2fsck(['-fy', '-E', 'no_optimize_extents', other], time)
  const theirs = new Uint8Array(readFileSync(other))
  writeFileSync(file, ours)
  assert.is(complaintsOf(file), '')

  const isShortened = fs.recovered.some((note) => note.includes('change of size'))
  const left = [...(isShortened ? inodeTables(ours) : []), ...(fs.recovered.length > 1 ? unused(ours) : [])]
  const isCompared = (at: number) => !left.some(({ offset, length }) => at >= offset && at < offset + length)
  const [a, b] = [unstamped(ours), unstamped(theirs)]
  assert.equal(
    differences(a, b)
      .filter(isCompared)
      .map((at) => firstDifference(a, b, at)),
    [],
  )
  if (isShortened) assert.equal(lines(readModel(openBytes(ours).fs)), lines(readModel(openBytes(theirs).fs)))
  return fs.recovered
}

function unstamped(image: Uint8Array): Uint8Array {
  const copy = image.slice()
  for (const [offset, length] of STAMPS) copy.fill(0, SUPERBLOCK + offset, SUPERBLOCK + offset + length)
  const { firstDataBlock, blockSize, descriptorSize, groupCount } = readSuperblock(new MemoryBytes(image), {
    label: 'image',
  }).superblock
  for (let group = 0; group < groupCount; group++) {
    const at = (firstDataBlock + 1) * blockSize + group * descriptorSize
    copy[at + FLAGS] = (copy[at + FLAGS] ?? 0) & ~INODE_UNINIT
    for (const [offset, length] of UNUSED) if (offset < descriptorSize) copy.fill(0, at + offset, at + offset + length)
  }
  return copy
}

/** The first bytes in which a piece differs, in hex. */
function firstDifference(a: Uint8Array, b: Uint8Array, piece: number): string {
  let at = piece
  while (a[at] === b[at]) at += 1
  const hex = (bytes: Uint8Array) => Buffer.from(bytes.subarray(at, at + 8)).toString('hex')
  return `${at}: ${hex(a)} and not ${hex(b)}`
}

/** Offsets of the pieces of 1 KiB that differ. */
function differences(a: Uint8Array, b: Uint8Array): number[] {
  assert.is(a.length, b.length)
  const places: number[] = []
  for (let at = 0; at < a.length; at += 1024) {
    if (Buffer.compare(a.subarray(at, at + 1024), b.subarray(at, at + 1024)) !== 0) places.push(at)
  }
  return places
}

/** Of files that are deleted or shortened, e2fsck writes into blocks that it frees: those hold nothing. */
function unused(image: Uint8Array): Piece[] {
  const used = openBytes(image).fs.used()
  return used.map(({ offset, length }, i) => {
    const end = offset + length
    return { offset: end, length: (used[i + 1]?.offset ?? image.length) - end }
  })
}

/** In an inode whose extents became fewer, e2fsck leaves what they were behind those that count. */
function inodeTables(image: Uint8Array): Piece[] {
  const volume = new Volume(new MemoryBytes(image), { label: 'image', epoch: 0 })
  const groups = new Groups(volume)
  return Array.from({ length: groups.count }, (_, group) => ({
    offset: groups.inodeTable(group) * volume.blockSize,
    length: inodeTableBlocks(volume) * volume.blockSize,
  }))
}
