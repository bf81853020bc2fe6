import { TargetError } from '../../base/errors.ts'
import type { Meta } from '../image/file-system.ts'
import { aclWithMode } from './acl.ts'
import type { BlockMaps } from './block-map.ts'
import type { Contents } from './contents.ts'
import type { Directories } from './directories.ts'
import { FLAG, type Inode, TYPE } from './inode.ts'
import type { InodeAllocator } from './inode-allocator.ts'
import type { InodeTable } from './inode-table.ts'
import { ROOT_INODE } from './superblock.ts'
import type { Volume } from './volume.ts'
import { ACCESS_ACL, storedName } from './xattr-names.ts'
import { withXattr, type Xattrs } from './xattrs.ts'

/** Names of one inode, subdirectories of one directory, that can be counted. */
const MAX_LINKS = 65000
/** The links of a directory that has more subdirectories than that (dir_nlink). */
const UNCOUNTED = 1

export interface Ext4Internals {
  readonly volume: Volume
  readonly maps: BlockMaps
  readonly inodes: InodeTable
  readonly allocator: InodeAllocator
  readonly contents: Contents
  readonly directories: Directories
  readonly xattrs: Xattrs
}

/** A place for a name: the directory, and the name in it. */
export interface DirectoryEntryRef {
  readonly parent: Inode
  readonly name: Uint8Array
}

/** What is made and taken away as a whole: an inode, its content, its name, the times and links of the directory around. */
export class Nodes {
  readonly #parts: Ext4Internals

  constructor(parts: Ext4Internals) {
    this.#parts = parts
  }

  /** What has the name; `undefined`: nothing. */
  find(spot: DirectoryEntryRef): Inode | undefined {
    const number = this.#parts.directories.find(spot.parent, spot.name)
    return number === undefined ? undefined : this.#child(spot.parent.number, number)
  }

  /** Makes a regular file or symbolic link, or replaces one. */
  put(spot: DirectoryEntryRef, type: number, content: Uint8Array, meta: Meta): void {
    const old = this.find(spot)
    this.#touch(spot.parent)
    if (old === undefined) this.#fill(this.#create(spot, type, meta), content)
    else if (old.links > 1) this.#replaceName(spot, old, type, content, meta)
    else this.#replaceInode(spot, old, type, content, meta)
  }

  makeDirectory(spot: DirectoryEntryRef, meta: Meta): void {
    const { directories } = this.#parts
    this.#addSubdirectory(spot.parent)
    this.#touch(spot.parent)
    const inode = this.#create(spot, TYPE.DIRECTORY, meta)
    inode.links = 2
    directories.create(inode, spot.parent, this.#groupOf(inode))
  }

  setMeta(inode: Inode, meta: Meta): void {
    inode.setMode(inode.type, meta.mode)
    inode.setOwner(meta.owner)
    inode.setMetaChanged(this.#parts.volume.epoch)
    this.#fitAcl(inode)
    this.#parts.inodes.store(inode)
  }

  /** Gives an inode one more name. */
  link(spot: DirectoryEntryRef, inode: Inode): void {
    if (inode.links >= MAX_LINKS) throw this.#error('a file has as many names as it can have')
    this.#touch(spot.parent)
    this.#countLinks(inode, 1)
    this.#parts.directories.insert(spot.parent, spot.name, inode)
  }

  /** Takes a name away, and what has no other name; of a directory all that is in it. */
  remove(spot: DirectoryEntryRef, inode: Inode): void {
    const { directories } = this.#parts
    directories.remove(spot.parent, spot.name)
    if (inode.isDirectory) {
      this.#removeTree(inode)
      if (spot.parent.links > 2) spot.parent.links -= 1
    } else this.#unlink(inode)
    this.#touch(spot.parent)
  }

  setXattr(inode: Inode, name: { prefix: number; rest: Uint8Array }, value: Uint8Array | undefined): void {
    const { xattrs, inodes, volume } = this.#parts
    xattrs.write(inode, withXattr(xattrs.read(inode), name, value), this.#groupOf(inode))
    inode.setMetaChanged(volume.epoch)
    inodes.store(inode)
  }

  /** A new inode under a new name; its content is missing, and it is not stored. */
  #create(spot: DirectoryEntryRef, type: number, meta: Meta): Inode {
    const inode = this.#allocate(spot, type, meta)
    this.#parts.directories.insert(spot.parent, spot.name, inode)
    return inode
  }

  #allocate(spot: DirectoryEntryRef, type: number, meta: Meta): Inode {
    const { allocator, inodes } = this.#parts
    const isDirectory = type === TYPE.DIRECTORY
    const inode = inodes.fresh(allocator.allocate(this.#groupOf(spot.parent), { isDirectory }))
    this.#renew(inode, type, meta)
    return inode
  }

  #renew(inode: Inode, type: number, meta: Meta): void {
    const { volume } = this.#parts
    inode.renew(type, volume.superblock.extraInodeSize)
    if (inode.xattrBlock !== 0) inode.addBlocks(1, volume.blockSize)
    inode.setMode(type, meta.mode)
    inode.setOwner(meta.owner)
    inode.setAllTimes(volume.epoch)
  }

  #fill(inode: Inode, content: Uint8Array): void {
    this.#parts.contents.write(inode, content, this.#groupOf(inode))
    this.#parts.inodes.store(inode)
  }

  /** The other names keep the old inode. */
  #replaceName(spot: DirectoryEntryRef, old: Inode, type: number, content: Uint8Array, meta: Meta): void {
    const { directories, xattrs } = this.#parts
    const inode = this.#allocate(spot, type, meta)
    directories.point(spot.parent, spot.name, inode)
    if (areFiles(old.type, type)) xattrs.write(inode, xattrs.read(old), this.#groupOf(inode))
    this.#countLinks(old, -1)
    this.#fitAcl(inode)
    this.#fill(inode, content)
  }

  /** The inode is used again: its place in the table has to be written either way. */
  #replaceInode(spot: DirectoryEntryRef, inode: Inode, type: number, content: Uint8Array, meta: Meta): void {
    const { contents, directories, xattrs } = this.#parts
    const oldType = inode.type
    contents.release(inode)
    if (!areFiles(oldType, type)) xattrs.write(inode, [], 0)
    this.#renew(inode, type, meta)
    if (oldType !== type) directories.point(spot.parent, spot.name, inode)
    this.#fitAcl(inode)
    this.#fill(inode, content)
  }

  /**
   * What a directory names. Of another directory its own entry `..` says the same: no directory is in two, and no way
   * down leads in a circle.
   */
  #child(parent: number, number: number): Inode {
    const { directories, inodes, volume } = this.#parts
    const inode = inodes.get(number)
    if (inode.isDirectory && (number === ROOT_INODE || directories.parent(inode) !== parent)) {
      throw volume.damaged(`directory inode ${number} is in two directories`)
    }
    return inode
  }

  /** Everything below a directory, and itself. */
  #removeTree(top: Inode): void {
    const pending = [top]
    for (let inode = pending.pop(); inode !== undefined; inode = pending.pop()) {
      for (const entry of this.#parts.directories.entries(inode)) {
        const child = this.#child(inode.number, entry.inode)
        if (child.isDirectory) pending.push(child)
        else this.#unlink(child)
      }
      this.#release(inode)
    }
  }

  /** Takes one name of an inode away that is not a directory. */
  #unlink(inode: Inode): void {
    if (inode.links > 1) this.#countLinks(inode, -1)
    else this.#release(inode)
  }

  #release(inode: Inode): void {
    const { allocator, contents, directories, inodes, xattrs } = this.#parts
    contents.release(inode)
    xattrs.release(inode)
    allocator.release(inode.number, { isDirectory: inode.isDirectory })
    inodes.forget(inode.number)
    directories.forget(inode.number)
  }

  #countLinks(inode: Inode, by: number): void {
    inode.links += by
    inode.setMetaChanged(this.#parts.volume.epoch)
    this.#parts.inodes.store(inode)
  }

  #addSubdirectory(parent: Inode): void {
    if (parent.links === UNCOUNTED) return
    if (parent.links < MAX_LINKS) parent.links += 1
    else if (this.#parts.volume.superblock.hasUncountedLinks && parent.has(FLAG.INDEX)) parent.links = UNCOUNTED
    else throw this.#error('a directory has as many subdirectories as it can have')
  }

  #fitAcl(inode: Inode): void {
    const { volume, xattrs } = this.#parts
    const name = storedName(ACCESS_ACL)
    const all = xattrs.read(inode)
    const acl = all.find(({ prefix }) => prefix === name?.prefix)
    if (name === undefined || acl === undefined) return
    const value = aclWithMode(acl.value, inode.mode)
    if (value === undefined) throw volume.damaged(`the ACL of inode ${inode.number}`)
    xattrs.write(inode, withXattr(all, name, value), this.#groupOf(inode))
  }

  #touch(directory: Inode): void {
    directory.setChanged(this.#parts.volume.epoch)
    this.#parts.inodes.store(directory)
  }

  #groupOf(inode: Inode): number {
    return Math.floor((inode.number - 1) / this.#parts.volume.superblock.inodesPerGroup)
  }

  #error(what: string): TargetError {
    return new TargetError(`${this.#parts.volume.label}: ${what}`)
  }
}

function areFiles(a: number, b: number): boolean {
  return a === TYPE.FILE && b === TYPE.FILE
}
