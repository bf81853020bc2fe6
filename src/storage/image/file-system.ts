import type { Owner } from '../../base/owner.ts'
import type { Entry } from '../tree/tree.ts'

export interface Meta {
  /** The twelve permission bits. */
  readonly mode: number
  readonly owner: Owner
}

/**
 * A file system inside an image: ext4 or FAT32. Reads and changes go through {@link WritableBytes}, so nothing reaches
 * the image before the whole edit is known.
 *
 * Paths are absolute and plain, and real: no part of one but the last is a symbolic link (the tree above resolves
 * them). Every time that is written is the one the file system was opened with, or was given by {@link FileSystem.setTime}.
 * A name is what its bytes say as UTF-8.
 *
 * Opening refuses, with TargetError and its reason, what the editor does not know to edit: unknown features, a damaged
 * journal, sizes that do not fit. Damage that is met later is a TargetError too; a full file system a SpaceError. After
 * an error the edit is worth nothing and is dropped as a whole.
 */
export interface FileSystem {
  /** What opening put in order because it was not unmounted, in sentences; it reaches the image with the edit. */
  readonly recovered: readonly string[]
  /** From now on `epoch`, seconds since 1970, is the time of all that is written: it may be known after the opening only. */
  setTime(epoch: number): void
  /** The entry at `path` itself; `undefined`: nothing is there. */
  lstat(path: string): Entry | undefined
  /** The bytes of the regular file at `path`. */
  readFile(path: string): Uint8Array
  /** The names in the directory at `path`, in no order, without `.` and `..`; empty when there is no directory. */
  list(path: string): readonly string[]
  /** How many names the entry at `path` has, a directory one; 0: nothing is there. */
  links(path: string): number
  /**
   * Makes the regular file at `path`, or replaces what is there (not a directory). A replaced regular file leaves its
   * extended attributes and ACLs to the new one; its other names keep the old content.
   */
  writeFile(path: string, content: Uint8Array, meta: Meta): void
  /** Makes the directory at `path`; its parent is there, it is not. */
  makeDirectory(path: string, meta: Meta): void
  /** Gives the directory at `path` its owner and mode. */
  setMeta(path: string, meta: Meta): void
  /** Makes the symbolic link at `path`, root's, or replaces what is there (not a directory). */
  symlink(path: string, target: string): void
  /**
   * Removes what is at `path`, a directory with all it holds; nothing there is fine. The content of a removed or
   * replaced file that not everybody may read is overwritten with zeros.
   */
  remove(path: string): void
  /** Bytes and files that still fit; `files` is infinite where the file system does not count them. */
  room(): { readonly bytes: number; readonly files: number }
  /** The parts that are in use, in bytes from the partition's start, sorted; what lies between them may hold anything. */
  used(): readonly { readonly offset: number; readonly length: number }[]
  /** Writes what is counted and summed up: free counts, checksums. The last call. */
  finish(): void
}
