import type { WritableBytes } from '../../base/bytes/bytes.ts'
import { permitted } from '../../base/bytes/capabilities.ts'
import { TargetError } from '../../base/errors.ts'
import type { FileSystem, Meta } from '../image/file-system.ts'
import type { Entry } from '../tree/tree.ts'
import { type Bitmaps, blockBitmaps, inodeBitmaps } from './bitmaps.ts'
import { BlockAllocator } from './block-allocator.ts'
import { BlockMaps } from './block-map.ts'
import { Contents } from './contents.ts'
import { Directories } from './directories.ts'
import { isName } from './directory-block.ts'
import { high32, put32 } from './fields.ts'
import { Groups } from './group-descriptors.ts'
import { type Inode, TYPE } from './inode.ts'
import { InodeAllocator } from './inode-allocator.ts'
import { InodeTable } from './inode-table.ts'
import { systemZone } from './layout.ts'
import { type DirectoryEntryRef, type Ext4Internals, Nodes } from './nodes.ts'
import { releaseOrphans } from './orphans.ts'
import { type Recovered, replayJournal } from './recovery.ts'
import { recoveryNotes } from './recovery-notes.ts'
import { ROOT_INODE, SUPERBLOCK_FIELDS, sealSuperblock } from './superblock.ts'
import { Volume, type VolumeOptions } from './volume.ts'
import { fullName, storedName } from './xattr-names.ts'
import { Xattrs } from './xattrs.ts'

const ROOT_OWNER = { uid: 0, gid: 0 }
const LINK_MODE = 0o777

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

const OTHER_TYPES: Readonly<Record<number, string>> = {
  [TYPE.FIFO]: 'FIFO',
  [TYPE.SOCKET]: 'socket',
  [TYPE.CHARACTER_DEVICE]: 'character device',
  [TYPE.BLOCK_DEVICE]: 'block device',
}

/**
 * Opens the ext4 file system in `bytes`, a partition. If it was not unmounted, it is put in order first, in `bytes`.
 *
 * @throws TargetError when there is none, it has errors or features that are not known, or is longer than its partition
 */
export function openExt4(bytes: WritableBytes, options: VolumeOptions): Ext4 {
  const replayed = replayJournal(bytes, options)
  const fs = new Ext4(new Volume(bytes, options))
  fs.recover(replayed)
  return fs
}

/**
 * An ext4 file system that is edited without being mounted. Its journal is empty, or was replayed when it was opened, and
 * stays so. What is written: Linux Documentation/filesystems/ext4.
 */
export class Ext4 implements FileSystem {
  readonly #volume: Volume
  readonly #groups: Groups
  readonly #bitmaps: readonly Bitmaps[]
  readonly #blocks: BlockAllocator
  readonly #allocator: InodeAllocator
  readonly #inodes: InodeTable
  readonly #directories: Directories
  readonly #contents: Contents
  readonly #xattrs: Xattrs
  readonly #parts: Ext4Internals
  readonly #nodes: Nodes
  #recovered: readonly string[] = []
  /** Directories by their paths: they are on the way to everything. A directory goes only by {@link Ext4.remove}. */
  readonly #known = new Map<string, Inode>()

  constructor(volume: Volume) {
    this.#volume = volume
    this.#groups = new Groups(volume)
    const zone = systemZone(volume, this.#groups)
    const blockMap = blockBitmaps(volume, this.#groups)
    const inodeMap = inodeBitmaps(volume, this.#groups)
    this.#bitmaps = [blockMap, inodeMap]
    this.#blocks = new BlockAllocator(volume, this.#groups, blockMap)
    this.#allocator = new InodeAllocator(volume, this.#groups, inodeMap, blockMap)
    this.#inodes = new InodeTable(volume, this.#groups, this.#allocator)
    const maps = new BlockMaps(volume, this.#blocks, zone)
    this.#contents = new Contents(volume, this.#blocks, maps)
    this.#xattrs = new Xattrs(volume, this.#blocks, zone)
    this.#directories = new Directories({ volume, blocks: this.#blocks, maps, inodes: this.#inodes })
    this.#parts = {
      volume,
      maps,
      inodes: this.#inodes,
      allocator: this.#allocator,
      contents: this.#contents,
      directories: this.#directories,
      xattrs: this.#xattrs,
    }
    this.#nodes = new Nodes(this.#parts)
  }

  /**
   * Ends what was begun when the file system was last used.
   *
   * @param replayed what its journal gave
   */
  recover(replayed: Recovered | undefined): void {
    const orphans = releaseOrphans(this.#parts)
    this.#recovered = recoveryNotes(this.#volume.label, replayed, orphans)
    // Linux counts free blocks and inodes in the descriptors, and in the superblock when it unmounts.
    if (this.#recovered.length > 0) this.#volume.willChange()
  }

  get recovered(): readonly string[] {
    return this.#recovered
  }

  setTime(epoch: number): void {
    this.#volume.epoch = epoch
  }

  links(path: string): number {
    const inode = this.#find(path)
    if (inode === undefined) return 0
    return inode.type === TYPE.DIRECTORY ? 1 : inode.links
  }

  lstat(path: string): Entry | undefined {
    const inode = this.#find(path)
    if (inode === undefined) return undefined
    const { mode, uid, gid } = inode
    switch (inode.type) {
      case TYPE.FILE:
        return { kind: 'file', mode, uid, gid, size: inode.size, ...this.#capabilities(inode) }
      case TYPE.DIRECTORY:
        return { kind: 'directory', mode, uid, gid }
      case TYPE.SYMLINK:
        return { kind: 'symlink', uid, gid, target: decoder.decode(this.#contents.read(inode)) }
      default:
        return { kind: 'other', type: OTHER_TYPES[inode.type] ?? 'unknown', uid, gid }
    }
  }

  /** Of a file that can be started: others give nothing to anybody. */
  #capabilities(inode: Inode): { readonly capabilities?: readonly string[] } {
    if ((inode.mode & 0o111) === 0) return {}
    const found = this.#xattrs.read(inode).find((xattr) => fullName(xattr) === 'security.capability')
    return found === undefined ? {} : { capabilities: permitted(found.value) }
  }

  readFile(path: string): Uint8Array {
    const inode = this.#get(path)
    if (inode.type !== TYPE.FILE) throw this.#error(`${path} is not a regular file`)
    return this.#contents.read(inode)
  }

  list(path: string): readonly string[] {
    const inode = this.#find(path)
    if (inode?.isDirectory !== true) return []
    return [...this.#directories.entries(inode)].map(({ name }) => decoder.decode(name))
  }

  writeFile(path: string, content: Uint8Array, meta: Meta): void {
    this.#nodes.put(this.#spotForFile(path), TYPE.FILE, content, meta)
  }

  symlink(path: string, target: string): void {
    const bytes = encoder.encode(target)
    if (bytes.length === 0 || bytes.length >= this.#volume.blockSize || bytes.includes(0)) {
      throw this.#error(`${path}: no symbolic link can have a target of ${bytes.length} bytes like that`)
    }
    this.#nodes.put(this.#spotForFile(path), TYPE.SYMLINK, bytes, { mode: LINK_MODE, owner: ROOT_OWNER })
  }

  makeDirectory(path: string, meta: Meta): void {
    this.#nodes.makeDirectory(this.#freeSpot(path), meta)
  }

  setMeta(path: string, meta: Meta): void {
    const inode = this.#get(path)
    if (!inode.isDirectory) throw this.#error(`${path} is not a directory`)
    this.#nodes.setMeta(inode, meta)
  }

  remove(path: string): void {
    const spot = this.#spot(path)
    const inode = spot === undefined ? undefined : this.#nodes.find(spot)
    this.#known.clear()
    if (spot !== undefined && inode !== undefined) this.#nodes.remove(spot, inode)
  }

  /** Gives the file at `existing` (not a directory) a second name, where nothing is yet. */
  link(existing: string, path: string): void {
    const inode = this.#get(existing)
    if (inode.isDirectory) throw this.#error(`${existing} is a directory`)
    this.#nodes.link(this.#freeSpot(path), inode)
  }

  /** Extended attributes by name, their values as they are on the disk (ACLs are in ext4's own form there). */
  xattrs(path: string): ReadonlyMap<string, Uint8Array> {
    return new Map(this.#xattrs.read(this.#get(path)).map((xattr) => [fullName(xattr), xattr.value]))
  }

  /** Sets an extended attribute, in the form in which {@link Ext4.xattrs} gives it; `undefined` takes it away. */
  setXattr(path: string, name: string, value: Uint8Array | undefined): void {
    const stored = storedName(name)
    if (stored === undefined) throw this.#error(`${name} is not the name of an extended attribute`)
    this.#nodes.setXattr(this.#get(path), stored, value)
  }

  /** The blocks kept for root count as room: the edit is root's work. A file takes whole blocks, a large one some more. */
  room(): { readonly bytes: number; readonly files: number } {
    return { bytes: this.#blocks.free() * this.#volume.blockSize, files: this.#allocator.free() }
  }

  used(): readonly { readonly offset: number; readonly length: number }[] {
    const { blockSize } = this.#volume
    return this.#blocks.used().map(({ start, count }) => ({ offset: start * blockSize, length: count * blockSize }))
  }

  /** Bitmaps, descriptors, superblock; nothing when nothing was changed. */
  finish(): void {
    if (!this.#volume.isChanged) return
    for (const bitmaps of this.#bitmaps) bitmaps.flush()
    const { rawSuperblock, epoch, superblock } = this.#volume
    const freeBlocks = this.#blocks.free()
    put32(rawSuperblock, SUPERBLOCK_FIELDS.freeBlocksLow, freeBlocks)
    if (superblock.isWide) put32(rawSuperblock, SUPERBLOCK_FIELDS.freeBlocksHigh, high32(freeBlocks))
    put32(rawSuperblock, SUPERBLOCK_FIELDS.freeInodes, this.#allocator.free())
    put32(rawSuperblock, SUPERBLOCK_FIELDS.writtenLow, epoch)
    rawSuperblock[SUPERBLOCK_FIELDS.writtenHigh] = high32(epoch)
    sealSuperblock(rawSuperblock, superblock)
    this.#groups.flush()
    this.#volume.writeSuperblock()
  }

  #find(path: string): Inode | undefined {
    const known = this.#known.get(path)
    if (known !== undefined) return known
    const name = nameOf(path)
    if (name === undefined) return this.#inodes.get(ROOT_INODE)
    const parent = this.#find(parentOf(path))
    const inode = parent?.isDirectory === true ? this.#nodes.find({ parent, name }) : undefined
    if (inode?.isDirectory === true) this.#known.set(path, inode)
    return inode
  }

  #get(path: string): Inode {
    const inode = this.#find(path)
    if (inode === undefined) throw this.#error(`${path} is not there`)
    return inode
  }

  /** `undefined` when there is no such directory. */
  #spot(path: string): DirectoryEntryRef | undefined {
    const name = nameOf(path)
    if (name === undefined) throw this.#error('the root directory cannot be replaced or removed')
    const parent = this.#find(parentOf(path))
    return parent?.isDirectory === true ? { parent, name } : undefined
  }

  #newSpot(path: string): DirectoryEntryRef {
    const spot = this.#spot(path)
    if (spot === undefined) throw this.#error(`${path} is in no directory`)
    if (!isName(spot.name)) throw this.#error(`${path} has a name that ext4 cannot store`)
    return spot
  }

  #freeSpot(path: string): DirectoryEntryRef {
    const spot = this.#newSpot(path)
    if (this.#nodes.find(spot) !== undefined) throw this.#error(`${path} is there already`)
    return spot
  }

  /** Where a file or link goes, perhaps in the place of another. */
  #spotForFile(path: string): DirectoryEntryRef {
    const spot = this.#newSpot(path)
    if (this.#nodes.find(spot)?.isDirectory === true) throw this.#error(`${path} is a directory`)
    return spot
  }

  #error(what: string): TargetError {
    return new TargetError(`${this.#volume.label}: ${what}`)
  }
}

/** `undefined`: the root directory. */
function nameOf(path: string): Uint8Array | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return name === '' ? undefined : encoder.encode(name)
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}
