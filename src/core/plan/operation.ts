import type { Owner } from '../../base/owner.ts'
import type { Origin } from '../../base/report/origin.ts'
import type { Partition } from '../../storage/tree/tree.ts'

interface Common {
  readonly partition: Partition
  /** Absolute inside the partition. */
  readonly path: string
  readonly origin: Origin
}

export interface FileOperation extends Common {
  readonly kind: 'file'
  readonly content: Uint8Array
  readonly mode: number
  readonly owner: Owner
  /** Line number (from 0) → why that line is as it is; a line without an entry has the operation's own origin. */
  readonly lines?: ReadonlyMap<number, Origin>
  /** A file of the image with some lines changed: a line without an entry in `lines` is the image's own. */
  readonly edited?: boolean
  /** Never shown in a diff, never digested in a manifest. */
  readonly secret?: boolean
  /** It takes away what an earlier plan has added to the file, and adds nothing: like a removal it is not a part of the digest. */
  readonly undoes?: boolean
  /** Made by a program for a program, and long: no diff shows its lines. */
  readonly bulk?: boolean
}

export interface DirectoryOperation extends Common {
  readonly kind: 'directory'
  readonly mode: number
  readonly owner: Owner
}

interface SymlinkOperation extends Common {
  readonly kind: 'symlink'
  readonly target: string
}

/** Removes a file, a link, or a directory with all it holds. Nothing there is fine. */
export interface RemoveOperation extends Common {
  readonly kind: 'remove'
}

/** The four things pibake does to an image. A path appears once in a plan. */
export type Operation = FileOperation | DirectoryOperation | SymlinkOperation | RemoveOperation

interface Place {
  readonly partition?: Partition
  readonly origin: Origin
}

interface Kept extends Place {
  /** Default: root's. */
  readonly owner?: Owner
  readonly mode?: number
}

const ROOT: Owner = { uid: 0, gid: 0 }

/** A file; without more it is on the root partition, root's, and readable by all (0644). */
export function file(
  path: string,
  content: Uint8Array,
  options: Kept & Pick<FileOperation, 'edited' | 'lines' | 'secret' | 'bulk' | 'undoes'>,
): FileOperation {
  return { kind: 'file', partition: 'root', path, content, mode: 0o644, owner: ROOT, ...options }
}

/** A directory; without more it is on the root partition, root's, and open to all for reading (0755). */
export function directory(path: string, options: Kept): DirectoryOperation {
  return { kind: 'directory', partition: 'root', path, mode: 0o755, owner: ROOT, ...options }
}

export function symlink(path: string, target: string, { origin }: { readonly origin: Origin }): SymlinkOperation {
  return { kind: 'symlink', partition: 'root', path, target, origin }
}

export function remove(path: string, options: Place): RemoveOperation {
  return { kind: 'remove', partition: 'root', path, ...options }
}
