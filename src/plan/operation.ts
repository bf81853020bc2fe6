import type { Position, SpecPath } from '../spec/report.ts'

export type Partition = 'boot' | 'root'

/** Why something is done: the spec key behind it, its place in the spec file, and the reason in one sentence. */
export interface Origin {
  readonly path: SpecPath
  /** `path` as text, e.g. `users[0].name`. */
  readonly key: string
  readonly position: Position
  readonly because: string
}

interface Common {
  readonly partition: Partition
  /** Absolute inside the partition. */
  readonly path: string
  readonly origin: Origin
}

/** Numeric owner of an entry, as the image's own /etc/passwd and /etc/group have it. Meaningless on FAT. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

export interface FileOperation extends Common {
  readonly kind: 'file'
  readonly content: Uint8Array
  readonly mode: number
  readonly owner: Owner
  /** Line number (from 0) → why that line is as it is; a line without an entry has the operation's own origin. */
  readonly lines?: ReadonlyMap<number, Origin>
  /** Never shown in a diff, never digested in a manifest. */
  readonly secret?: boolean
  /** Made by a program for a program, and long: no diff shows its lines. */
  readonly bulk?: boolean
}

export interface DirectoryOperation extends Common {
  readonly kind: 'directory'
  readonly mode: number
  readonly owner: Owner
}

export interface SymlinkOperation extends Common {
  readonly kind: 'symlink'
  readonly target: string
}

/** Removes a file, a link, or a directory with all it holds. Nothing there is fine. */
export interface RemoveOperation extends Common {
  readonly kind: 'remove'
}

/** The four things pibake does to an image. A path appears once in a plan. */
export type Operation = FileOperation | DirectoryOperation | SymlinkOperation | RemoveOperation

/** `boot:/cmdline.txt`, `root:/etc/passwd`: how a path is named in messages, JSON and the manifest. */
export function pathKey(place: { readonly partition: Partition; readonly path: string }): string {
  return `${place.partition}:${place.path}`
}
