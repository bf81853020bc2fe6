import type { Finding, Reader } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { unasked, wayToRoot } from './root-finding.ts'
import { type Hole, Holes } from './writable.ts'

/** What root runs, reads or believes. */
const FILES = [
  '/etc/passwd',
  '/etc/shadow',
  '/etc/group',
  '/etc/gshadow',
  '/etc/crontab',
  '/etc/environment',
  '/etc/fstab',
  '/etc/ld.so.preload',
  '/etc/ld.so.conf',
  '/etc/ld.so.cache',
  '/etc/nsswitch.conf',
  '/etc/profile',
  '/etc/bash.bashrc',
  '/etc/rc.local',
  '/etc/ssh/sshd_config',
  '/etc/sudo.conf',
  '/root/.bashrc',
  '/root/.profile',
  '/root/.bash_profile',
  '/root/.ssh/authorized_keys',
  '/usr/bin/bash',
  '/usr/bin/dash',
  '/usr/bin/sudo',
  '/usr/bin/su',
  '/usr/bin/login',
  '/usr/sbin/agetty',
  '/usr/sbin/sshd',
  '/usr/lib/systemd/systemd',
  '/var/spool/cron/crontabs/root',
]

/** Everything in these directories counts; a directory that others can write is one hole. */
const DIRECTORIES = [
  '/etc/apt/apt.conf.d',
  '/etc/cron.daily',
  '/etc/cron.hourly',
  '/etc/cron.monthly',
  '/etc/cron.weekly',
  '/etc/default',
  '/etc/init.d',
  '/etc/ld.so.conf.d',
  '/etc/modprobe.d',
  '/etc/NetworkManager/dispatcher.d',
  '/etc/pam.d',
  '/etc/polkit-1/rules.d',
  '/etc/profile.d',
  '/etc/security',
  '/etc/ssh/sshd_config.d',
  '/etc/systemd/system',
  '/etc/tmpfiles.d',
  '/etc/udev/rules.d',
  '/etc/ufw',
]

/** Programs stand here by the hundred: the directories alone are looked at. */
const PLACES = [
  '/usr/bin',
  '/usr/sbin',
  '/usr/lib',
  '/usr/lib/systemd/system',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/usr/libexec/sudo',
  '/etc/cron.d',
  '/etc/sudoers.d',
]

/** Files and directories in which others than root could change what root does. */
export const writableFiles: Reader = (device) => {
  const { root } = device
  const holes = new Holes(device)
  const inside = DIRECTORIES.flatMap((directory) => root.list(directory).map((name) => `${directory}/${name}`))
  const paths = [...PLACES, ...FILES, ...DIRECTORIES, ...inside].filter((path) => root.lstat(path) !== undefined)
  const found = paths.flatMap((path) => holes.on(path) ?? [])
  const places = new Map(found.map((hole) => [hole.place, hole]))
  return [...[...places.values()].flatMap((hole) => writable(device, hole)), ...readableHashes(device)]
}

function writable(device: FinishedDevice, { place, users }: Hole): readonly Finding[] {
  const at = { file: place, line: undefined }
  const settle = `give it to root, and take the right to write from others: chmod go-w ${place}`
  return unasked(device, users).map((user) =>
    wayToRoot(user, at, `${user ?? 'everybody'} can write it, and so change what root does`, settle),
  )
}

/** Of /etc/shadow even reading is too much. */
function readableHashes({ root, accounts }: FinishedDevice): readonly Finding[] {
  return ['/etc/shadow', '/etc/gshadow'].flatMap((file) => {
    const entry = root.lstat(root.resolve(file))
    if (entry?.kind !== 'file') return []
    const group = accounts.group.find(({ gid }) => gid === entry.gid)?.name
    const isGroupRight = (entry.mode & 0o040) === 0 || group === 'shadow' || entry.gid === 0
    if ((entry.mode & 0o004) === 0 && isGroupRight) return []
    const who = (entry.mode & 0o004) === 0 ? `the group ${group ?? entry.gid}` : 'everybody'
    const at = { file, line: undefined }
    return [
      wayToRoot(
        undefined,
        at,
        `${who} reads the hashes of all passwords`,
        `chmod 640 ${file}; chown root:shadow ${file}`,
      ),
    ]
  })
}
