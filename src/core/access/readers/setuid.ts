import { latin1Text } from '../../../base/host/bytes.ts'
import { isNosuid, mountOf } from '../../../device/formats/fstab.ts'
import { packageFileState, packagesOf } from '../../../device/inspect/package-digests.ts'
import { givesRoot } from '../../../device/sudo/root-commands.ts'
import { below } from '../../../storage/tree/below.ts'
import { readable } from '../../../storage/tree/readable.ts'
import type { Entry, Tree } from '../../../storage/tree/tree.ts'
import { mountsOf } from '../device-mounts.ts'
import type { Finding, Reader } from '../finding.ts'
import { wayToRoot } from './root-finding.ts'

/** Programs of Debian and Raspberry Pi OS that have the bit and ask who calls them. */
const ASKING = new Set(
  `sudo su sudoedit mount umount passwd chfn chsh gpasswd newgrp newuidmap newgidmap chage expiry fusermount fusermount3
pkexec pppd doas ntfs-3g mount.nfs mount.cifs mount.ecryptfs_private Xorg.wrap ping ping6 traceroute6.iputils at crontab
ssh-agent wall write bsd-write plocate mlocate dotlockfile unix_chkpwd pam_extrausers_chkpwd pam_timestamp_check exim4
sendmail dumpcap lxc-user-nic snap-confine bwrap chrome-sandbox ssh-keysign dbus-daemon-launch-helper
polkit-agent-helper-1 vncserver-x11 seatd-launch kismet_cap_linux_wifi`.split(/\s+/),
)

/** Packages of which no program but those above has the bit; of others dpkg's digests do not say whether it is theirs. */
const WITHOUT_BIT = new Set(
  `base-files bsdextrautils bsdutils bzip2 coreutils debianutils diffutils file findutils gawk grep gzip hostname less
libc-bin login mawk ncurses-bin perl-base procps sed sysvinit-utils tar util-linux xxd xz-utils zstd`.split(/\s+/),
)

/** Directories of programs, and how deep what is not a package's is looked through. */
const PLACES: readonly (readonly [directory: string, depth: number])[] = [
  ['/usr/bin', 0],
  ['/usr/sbin', 0],
  ['/usr/games', 0],
  ['/usr/local', 3],
  ['/opt', 3],
  ['/srv', 3],
  ['/home', 3],
  ['/root', 2],
  ['/etc', 1],
  ['/tmp', 1],
  ['/var/tmp', 1],
  ['/var/lib', 1],
  ['/dev/shm', 1],
]

/** A home may hold a hundred thousand files: so many are looked at in one place, in the order of their names. */
const MOST = 2000

/** Programs that run as root, or in a group that makes root, whoever starts them. */
export const setuid: Reader = (device) => {
  const { root } = device
  const programs = PLACES.flatMap(([directory, depth]) =>
    below(root, directory, { depth, most: MOST * (depth + 1) }).flatMap(({ path, entry }) =>
      runsAsRoot(entry) ? [path] : [],
    ),
  )
  const mounts = programs.length === 0 ? [] : mountsOf(device).filter(({ directory }) => directory !== '/')
  const counts = (path: string) => {
    const mount = mountOf(mounts, path)
    return mount === undefined || !isNosuid(mount)
  }
  return programs.filter(counts).flatMap((path) => setuidFindings(root, path))
}

/** Groups by their numbers in base-passwd: root, disk, kmem, shadow. */
const ROOT_GROUPS = [0, 6, 15, 42]

/** Capabilities with each of which a program becomes root, or writes what root goes by (capabilities(7)). */
const ROOT_CAPABILITIES = new Set(
  `chown dac_override dac_read_search fowner mknod setfcap setgid setpcap setuid sys_admin sys_chroot sys_module sys_ptrace
sys_rawio`.split(/\s+/),
)

/** Whether a file runs as root, in a group that makes root, or with a capability that does. */
export function runsAsRoot(entry: Entry): boolean {
  if (entry.kind !== 'file' || (entry.mode & 0o111) === 0) return false
  if (entry.capabilities?.some((name) => ROOT_CAPABILITIES.has(name))) return true
  const isSetuid = (entry.mode & 0o4000) !== 0 && entry.uid === 0
  return isSetuid || ((entry.mode & 0o2010) === 0o2010 && ROOT_GROUPS.includes(entry.gid))
}

/** What is to be said of a program that runs as root, or nearly so, for whoever starts it. */
export function setuidFindings(root: Tree, path: string): readonly Finding[] {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const at = { file: path, line: undefined }
  const entry = root.lstat(path)
  const given = (entry?.kind === 'file' ? entry.capabilities : undefined)?.filter((one) => ROOT_CAPABILITIES.has(one))
  const runs =
    given === undefined
      ? 'it runs as root for whoever starts it'
      : `it has cap_${given.join(', cap_')} for whoever starts it`
  const settle =
    given === undefined ? `take the bit from it: chmod ug-s ${path}` : `take them from it: setcap -r ${path}`
  const isSystem = /^\/usr\/(s?bin|lib|libexec)\//.test(path)
  if (isSystem && ASKING.has(name)) return []
  const bytes = readable(root, path) ?? new Uint8Array()
  // The kernel does not heed the bit of a script.
  if (latin1Text(bytes.subarray(0, 2)) === '#!') return []
  const copied = shellLike(root, bytes)
  if ((givesRoot(name) && !ASKING.has(name)) || copied !== undefined) {
    const what = copied === undefined || copied.endsWith(`/${name}`) ? '' : ` and is a copy of ${copied}`
    return [wayToRoot(undefined, at, `${runs}${what}`, settle)]
  }
  const packages = packagesOf(root, path)
  const isPackaged =
    isSystem && !packages.some((name) => WITHOUT_BIT.has(name)) && packageFileState(root, path, packages) === 'own'
  const because = `${runs}, and no package brought it so`
  return isPackaged ? [] : [{ answer: 'unproved', way: 'root', user: undefined, code: 'ACC053', at, because, settle }]
}

/** The shell or interpreter of the device that has the same bytes. */
function shellLike(root: Tree, bytes: Uint8Array): string | undefined {
  const names = root.list('/usr/bin').filter((name) => givesRoot(name))
  return names
    .map((name) => `/usr/bin/${name}`)
    .find((path) => {
      const entry = root.lstat(path)
      if (entry?.kind !== 'file' || entry.size !== bytes.length || bytes.length === 0) return false
      // Of the same size, and not to be read: it may be the one.
      return readable(root, path)?.every((byte, index) => byte === bytes[index]) !== false
    })
}
