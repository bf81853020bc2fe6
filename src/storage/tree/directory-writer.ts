import { constants, type Stats } from 'node:fs'
import { unless } from '../../base/disk/disk.ts'
import { namingEntry } from '../../base/disk/file-errors.ts'
import { TargetError } from '../../base/errors.ts'
import type { Owner } from '../../base/owner.ts'
import { copyAttributes } from './attributes.ts'
import { at } from './descriptor-walk.ts'
import type { DirectoryTree } from './directory.ts'
import { removeTree } from './remove-tree.ts'

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants

export interface Meta {
  readonly mode: number
  readonly owner: Owner
}

/**
 * The write side of a mounted partition: single changes at real paths, each by descriptors as {@link DescriptorWalk}
 * has it. Nothing here is a transaction; that is `apply/`'s. Errors name the path and the operation.
 */
export class DirectoryWriter {
  readonly tree: DirectoryTree

  constructor(tree: DirectoryTree) {
    this.tree = tree
  }

  /** What is at `path` itself; `undefined`: nothing. */
  stat(path: string): Stats | undefined {
    return this.#named('stat', path, () =>
      this.tree.walk.inParent(path, (dir, name) => unless(['ENOENT'], () => this.#disk.lstatSync(at(dir, name)))),
    )
  }

  names(path: string): readonly string[] {
    return (
      this.#named('list', path, () =>
        this.tree.walk.inDirectory(path, (dir) => this.#disk.readdirSync(`/proc/self/fd/${dir}`)),
      ) ?? []
    )
  }

  /**
   * Makes a new file and brings it to the disk. Owner first, then mode, for chown(2) clears the set-user-ID bit; what
   * else `like` has (ACLs, extended attributes) is copied between the two.
   *
   * @param like the file that this one is to replace
   */
  createFile(path: string, content: Uint8Array, meta: Meta, options: { epoch: number; like?: string }): void {
    this.#at('write', path, (dir, name) => {
      const disk = this.#disk
      const file = disk.openSync(at(dir, name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, this.tree.fat ? 0o644 : 0o600)
      try {
        disk.writeFileSync(file, content)
        if (!this.tree.fat) {
          disk.fchownSync(file, meta.owner.uid, meta.owner.gid)
          if (options.like !== undefined) copyAttributes(this.tree.walk, options.like, file)
          disk.fchmodSync(file, meta.mode)
        }
        disk.futimesSync(file, options.epoch, options.epoch)
        disk.fsyncSync(file)
      } finally {
        disk.closeSync(file)
      }
    })
  }

  /** Makes a new link; like every link that root makes it belongs to root. */
  createLink(path: string, target: string, options: { epoch: number }): void {
    if (this.tree.fat) throw new Error(`${this.tree.label}: ${path}: FAT holds no links`)
    this.#at('symlink', path, (dir, name) => {
      this.#disk.symlinkSync(target, at(dir, name))
      this.#disk.lutimesSync(at(dir, name), options.epoch, options.epoch)
    })
  }

  createDirectory(path: string, meta: Meta, options: { epoch?: number } = {}): void {
    this.#at('mkdir', path, (dir, name) => this.#disk.mkdirSync(at(dir, name), 0o700))
    this.setMeta(path, meta, options)
  }

  /** Gives a directory its owner and mode, and its time too. */
  setMeta(path: string, meta: Meta, options: { epoch?: number } = {}): void {
    this.#inside('chmod', path, (fd) => {
      if (!this.tree.fat) {
        this.#disk.fchownSync(fd, meta.owner.uid, meta.owner.gid)
        this.#disk.fchmodSync(fd, meta.mode)
      }
      if (options.epoch !== undefined) this.#disk.futimesSync(fd, options.epoch, options.epoch)
      this.#disk.fsyncSync(fd)
    })
  }

  /** Sets when the directory's names were last changed, in seconds since 1970. */
  setTime(path: string, mtime: number): void {
    this.#inside('utimes', path, (fd) => this.#disk.futimesSync(fd, mtime, mtime))
  }

  rename(from: string, to: string): void {
    this.#pair('rename', from, to, (a, b) => this.#disk.renameSync(a, b))
  }

  /** A second name for a file or link, the link itself. */
  link(from: string, to: string): void {
    this.#pair('link', from, to, (a, b) => this.#disk.linkSync(a, b))
  }

  /** Removes what is at `path`, a directory with all it holds; nothing there is fine. */
  remove(path: string): void {
    this.#named('remove', path, () =>
      this.tree.walk.inParent(path, (dir, name) => removeTree(this.tree.walk, dir, name)),
    )
  }

  /** Removes an empty directory, and says so; one that is not empty, and what is not a directory, stays. */
  removeEmpty(path: string): boolean {
    const removed = this.#named('rmdir', path, () =>
      this.tree.walk.inParent(path, (dir, name) =>
        unless(['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'], () => {
          this.#disk.rmdirSync(at(dir, name))
          return true
        }),
      ),
    )
    return removed === true
  }

  /** Brings the names in the directory at `path` to the disk. */
  sync(path: string): void {
    this.#inside('fsync', path, (fd) => this.#disk.fsyncSync(fd))
  }

  /** Calls `use` with a descriptor of the directory at `path`; `undefined` when it is not there. */
  inDirectory<T>(what: string, path: string, use: (directory: number) => T): T | undefined {
    return this.#named(what, path, () => this.tree.walk.inDirectory(path, use))
  }

  /** Bytes and files that still fit; `files` is infinite where the file system does not count them (FAT). */
  room(): { bytes: number; files: number; block: number } {
    return this.#named('statfs', '/', () => {
      const all = this.#disk.statfsSync(`/proc/self/fd/${this.tree.walk.root}`)
      // Root may use the blocks that ext4 reserves for it.
      const blocks = process.geteuid?.() === 0 ? all.bfree : all.bavail
      return {
        bytes: blocks * all.bsize,
        files: all.files === 0 ? Number.POSITIVE_INFINITY : all.ffree,
        block: all.bsize,
      }
    })
  }

  get #disk() {
    return this.tree.walk.disk
  }

  #pair(what: string, from: string, to: string, call: (from: string, to: string) => void): void {
    this.#at(what, from, (fromDirectory, fromName) =>
      this.#at(what, to, (toDirectory, toName) => call(at(fromDirectory, fromName), at(toDirectory, toName))),
    )
  }

  #at(what: string, path: string, call: (directory: number, name: string) => void): void {
    this.#reached(what, path, () =>
      this.tree.walk.inParent(path, (dir, name) => {
        call(dir, name)
        return true
      }),
    )
  }

  #inside(what: string, path: string, call: (directory: number) => void): void {
    this.#reached(what, path, () =>
      this.tree.walk.inDirectory(path, (dir) => {
        call(dir)
        return true
      }),
    )
  }

  #reached(what: string, path: string, attempt: () => true | undefined): void {
    if (this.#named(what, path, attempt) === undefined) {
      throw new TargetError(`${this.tree.label}: ${what} ${path}: its directory is missing`)
    }
  }

  #named<T>(what: string, path: string, call: () => T): T {
    try {
      return call()
    } catch (error) {
      throw namingEntry(error, this.tree.label, `${what} ${path}`)
    }
  }
}
