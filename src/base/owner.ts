/** Numeric owner of an entry, as the image's own /etc/passwd and /etc/group have it. Meaningless on FAT. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}
