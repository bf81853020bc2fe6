/**
 * The port through which pibake sees a partition. Adapters: memory, directory (and disk image, tar).
 *
 * Paths are absolute inside the partition (`/etc/ssh/sshd_config`), use `/`, and hold no `.`, `..` or empty part.
 * Symbolic links are always resolved inside the tree: an absolute link target starts at the tree's root, `..` never
 * leaves it. A tree that would lead outside, loops, or hides a device or FIFO behind a path is refused with
 * {@link TargetError}.
 */
export interface Tree {
  /** What to call this tree in messages, e.g. the directory's name. */
  readonly label: string
  /** What the partition lies in; undefined: it is mounted. */
  readonly holder?: 'image' | 'archive'
  /** The entry at `path`; links on the way are followed, the last part never. `undefined`: nothing is there. */
  lstat(path: string): Entry | undefined
  /** The bytes of the regular file at `path`, the last part followed too; `undefined`: nothing is there. */
  read(path: string): Uint8Array | undefined
  /** The names in the directory at `path`, sorted by byte; empty when it is not there. */
  list(path: string): readonly string[]
  /** `path` with every link on the way and at the end resolved inside the tree; the last part may not exist. */
  resolve(path: string): string
}

/** A tree whose entries can be changed at the paths where they really are. */
export interface PlacingTree extends Tree {
  /** FAT: names are the same in either case; no modes, owners or links. */
  readonly fat: boolean
  /** `path` with its directory part resolved, the last part as it is (on FAT: as the disk spells it). */
  resolveParent(path: string): string
}

export type Entry =
  | {
      readonly kind: 'file'
      readonly mode: number
      readonly uid: number
      readonly gid: number
      readonly size: number
      /** Names (capabilities(7), without `cap_`) that it may give to whoever starts it; absent: none. */
      readonly capabilities?: readonly string[]
    }
  | { readonly kind: 'directory'; readonly mode: number; readonly uid: number; readonly gid: number }
  | { readonly kind: 'symlink'; readonly uid: number; readonly gid: number; readonly target: string }
  | { readonly kind: 'other'; readonly type: string; readonly uid: number; readonly gid: number }

/** The two partitions of one device; `boot` is undefined when the FAT partition is not at hand. */
export interface Target<T extends Tree = Tree> {
  readonly root: T
  readonly boot: T | undefined
  /** What was put in order when they were opened because they had not been unmounted, in sentences. */
  readonly recovered?: readonly string[]
}

/** No configuration file is as large, in bytes; reading more than this into memory would be a trap. */
export const MAX_FILE = 64 * 1024 * 1024

export type Partition = 'boot' | 'root'

/** `boot:/cmdline.txt`, `root:/etc/passwd`: how a path is named in messages, JSON and the manifest. */
export function pathKey(place: { readonly partition: Partition; readonly path: string }): string {
  return `${place.partition}:${place.path}`
}
