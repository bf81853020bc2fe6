/** How the holes of a sparse file are told (GNU tar manual, "Storing Sparse Files"). */
export type Sparse = 'gnu' | 'pax-0.0' | 'pax-0.1' | 'pax-1.0'

/** One member of a tar, and where its bytes are. */
export interface TarEntry {
  /** `link`: a further name of an earlier member. */
  readonly kind: 'file' | 'directory' | 'symlink' | 'link' | 'other'
  /** Plain and absolute inside the tree. */
  readonly path: string
  /** The twelve permission bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Bytes of the file's content, holes counted. */
  readonly size: number
  /** What a symbolic link says, the path that a hard link means, what `other` is; else empty. */
  readonly target: string
  readonly sparse: Sparse | undefined
  /** Offset of the first extension header, or of the header when there is none. */
  readonly start: number
  /** Offset of the header. */
  readonly header: number
  /** Offset of what is stored of the content. */
  readonly body: number
  /** Bytes that are stored of the content. */
  readonly stored: number
  /** Offset of what follows. */
  readonly end: number
}
