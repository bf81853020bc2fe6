/** A group whose members become root, or read what makes them root. */
export interface RootGroup {
  readonly name: string
  /** What a member does: goes on after `which`. */
  readonly does: string
}

/** Those of daemons count without the daemon, too: it may come later, and not from a package. */
export const ROOT_GROUPS: readonly RootGroup[] = [
  { name: 'root', does: 'owns the files of root together with it' },
  { name: 'disk', does: 'reads and writes the card below its file system' },
  { name: 'kmem', does: 'reads the memory of the kernel' },
  { name: 'shadow', does: 'reads the hashes of all passwords' },
  { name: 'docker', does: 'starts containers in which it is root of the device' },
  { name: 'lxd', does: 'starts containers in which it is root of the device' },
  { name: 'incus', does: 'starts containers' },
  { name: 'incus-admin', does: 'starts containers in which it is root of the device' },
  { name: 'libvirt', does: 'starts machines with the disks of the device' },
]
