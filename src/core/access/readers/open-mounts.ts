import { groupWithGid, passwdEntry, usersWithGid, usersWithUid } from '../../../device/formats/account-index.ts'
import type { Accounts } from '../../../device/formats/accounts.ts'
import { isDenied, readFstab } from '../../../device/formats/fstab.ts'
import { type Mount, mountsOf } from '../device-mounts.ts'
import type { Finding, Reader } from '../finding.ts'
import { unasked, wayToRoot } from './root-finding.ts'

/** Mounts that make root of others: a boot partition that they can write, a disk of theirs that brings programs of root. */
export const openMounts: Reader = (device) => [
  ...bootPartitions(mountsOf(device)).flatMap((mount) => {
    const settle = `take umask, dmask, fmask, uid and gid out of the options of ${mount.directory}`
    return unasked(device, writers(device.accounts, mount)).map((user) =>
      wayToRoot(
        user,
        mount.at,
        `${user ?? 'everybody'} can write the kernel's command line, and so start as root`,
        settle,
      ),
    )
  }),
  ...readFstab(device.root).flatMap((mount): readonly Finding[] => {
    // `owner` and `group` are about the device file, which root and its group disk have.
    if (!mount.options.some((option) => /^users?$/.test(option))) return []
    const isRun = !isDenied(mount, 'suid') && !isDenied(mount, 'exec')
    if (!isRun && isDenied(mount, 'dev')) return []
    const brings = isRun ? 'programs that run as root' : 'device files of the card'
    const because = `everybody may mount it, and what is mounted may bring ${brings}`
    return [wayToRoot(undefined, mount.at, because, 'take suid, exec and dev out of its options')]
  }),
]

/** The one at its place, and the same one at another. */
function bootPartitions(mounts: readonly Mount[]): readonly Mount[] {
  const own = mounts.filter(({ directory }) => ['/boot/firmware', '/boot'].includes(directory))
  const sources = new Set(own.map(({ source }) => source))
  const isFat = ({ type }: Mount) => ['vfat', 'msdos', 'auto'].includes(type)
  return mounts.filter((mount) => isFat(mount) && (own.includes(mount) || sources.has(mount.source)))
}

/**
 * Who beside root may write a FAT partition, which keeps neither owners nor modes: its options give one of each to all that is
 * on it (mount(8), Mount options for fat); undefined: everybody.
 */
function writers(accounts: Accounts, { options }: Mount): readonly string[] | undefined {
  const value = (name: string) => options.findLast((option) => option.startsWith(`${name}=`))?.slice(name.length + 1)
  // Without them it is the umask of systemd, which mounts it.
  const masks = ['dmask', 'fmask'].map((name) => Number.parseInt(value(name) ?? value('umask') ?? '022', 8))
  const isOpen = (bit: number) => masks.some((mask) => (mask & bit) === 0)
  if (isOpen(0o002)) return undefined
  const uid = Number(value('uid') ?? 0) || passwdEntry(accounts, value('uid') ?? 'root')?.uid || 0
  const owners = uid === 0 ? [] : usersWithUid(accounts, uid)
  const named = accounts.group.find(({ name }) => name === value('gid'))?.gid
  const gid = named ?? (Number(value('gid') ?? 0) || 0)
  const members =
    gid === 0 || !isOpen(0o020)
      ? []
      : [...usersWithGid(accounts, gid).map(({ name }) => name), ...(groupWithGid(accounts, gid)?.members ?? [])]
  return [...new Set([...owners.map(({ name }) => name), ...members])]
}
