import type { Code } from '../../../base/report/codes.ts'
import { packageFileState } from '../../../device/inspect/package-digests.ts'
import { globInside } from '../../../device/sshd/glob.ts'
import { type TmpfilesLine, tmpfilesLines } from '../../../device/systemd/tmpfiles.ts'
import type { Entry } from '../../../storage/tree/tree.ts'
import type { Finding, Reader, Way } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { opensForUsers } from '../start.ts'
import { runsAsRoot, setuidFindings } from './setuid.ts'

/**
 * What systemd-tmpfiles makes of deciding files at each start. Where a package changes what it knows, that is its own to
 * know; none of the distribution opens a way to root so, or keeps people out.
 */
export const tmpfiles: Reader = (device) => {
  const found = tmpfilesLines(device.root).flatMap((line) => judged(device, line).map((finding) => ({ line, finding })))
  return found.flatMap(({ line: { file }, finding }) =>
    finding.answer === 'unproved' && isPackaged(device, file) ? [] : [finding],
  )
}

/** Those of Debian and Raspberry Pi that change what decides; another one may be a site's, and do anything. */
const PACKAGES = [
  ...[
    'systemd',
    'systemd-sysv',
    'systemd-timesyncd',
    'systemd-resolved',
    'udev',
    'openssh-server',
    'sudo',
    'sudo-ldap',
  ],
  ...['passwd', 'login', 'base-files', 'dbus', 'polkitd', 'policykit-1', 'network-manager', 'cron', 'ufw', 'lightdm'],
  ...['raspberrypi-sys-mods', 'raspberrypi-net-mods', 'raspi-config', 'userconf-pi', 'cloud-init', 'rpi-swap'],
]

function isPackaged({ root }: FinishedDevice, file: string): boolean {
  return file.startsWith('/usr/lib/') && packageFileState(root, file, PACKAGES) === 'own'
}

function judged(device: FinishedDevice, line: TmpfilesLine): readonly Finding[] {
  if (line.isCredential) return []
  const [, known = ''] = /^(.*?)\/?[%{]/.exec(line.path) ?? []
  if (known !== '') return decides(device, line, known) ? [unproved(line, 'what it means, the device knows')] : []
  const paths = pathsOf(device, line)
  if (/^[zZmedqQv]$/.test(line.type)) return paths.flatMap((path) => changed(device, line, path))
  const isDeciding = paths.some((path) => isDone(device, line, path) && decides(device, line, path))
  return isDeciding ? written(device, line) : []
}

/** The paths that a line is about; those that are to be made are not there yet. */
function pathsOf({ root }: FinishedDevice, { type, path }: TmpfilesLine): readonly string[] {
  return /^[zZemrRwaAtThHxX]$/.test(type) ? globInside(root, path).map((found) => found || '/') : [path]
}

/** Whether the line changes anything: what only makes something does nothing where something is. */
function isDone({ root }: FinishedDevice, { type, isForced }: TmpfilesLine, path: string): boolean {
  const entry = root.lstat(path)
  if (/^[fLCpbc]$/.test(type)) return isForced || entry === undefined
  if (type === 'D') return entry?.kind === 'directory' && root.list(path).length > 0
  return /^[FrRwaAtThH]$/.test(type) && (type === 'F' || entry !== undefined)
}

/** What is read by whoever lets somebody in, or makes somebody root. */
const SYSTEM = [
  /^\/etc\/(nologin|passwd|shadow|group|gshadow|sudoers(\.d(\/.*)?)?|sudo\.conf|nsswitch\.conf|hosts\.(allow|deny)|environment|profile(\.d\/.*)?|bash\.bashrc|shells|securetty|crontab|fstab|crypttab|rc\.local)$/,
  /^\/etc\/(ssh(?!\/ssh_config)|pam\.d|security|systemd|ufw|iptables|polkit-1|cron\.[a-z]+|modprobe\.d|NetworkManager|network|ld\.so\..*)(\/.*)?$/,
  /^\/etc\/(pam\.conf|nftables\.conf|ld\.so\..*|default\/(ssh|ufw)|udev\/rules\.d(\/.*)?)$/,
  /^\/root\/\.ssh(\/.*)?$/,
  /^\/usr\/(s?bin|lib|libexec)(\/.*)?$/,
  /^\/usr\/local\/s?bin\/(sudo|su|sshd|bash|sh)$/,
  /^\/(bin|sbin|lib)(\/.*)?$/,
  /^\/run\/sshd$/,
]
const ABOVE = /^\/(etc|usr|home|root)?$/
/** In a home: keys, and what a shell runs when it starts; without that it starts all the same. */
const KEYS = /^\/\.ssh(\/.*)?$/
const STARTED = /^\/\.(profile|bash_profile|bash_login|bashrc)$/

function decides(device: FinishedDevice, { type }: TmpfilesLine, path: string): boolean {
  const isAbove = /^[RDZ]$/.test(type) && ABOVE.test(path)
  return isAbove || isSystem(device, path) || isAtHome(device, path, !/^[rR]$/.test(type))
}

function isSystem({ root }: FinishedDevice, path: string): boolean {
  return SYSTEM.some((pattern) => pattern.test(path) || pattern.test(root.resolve(path)))
}

/** Whether a path is an owner's home, above it, or decides in it. */
function isAtHome({ accounts, owners }: FinishedDevice, path: string, withStarted: boolean): boolean {
  return accounts.passwd
    .filter(({ name }) => owners.has(name))
    .some(({ home }) => {
      if (`${home}/`.startsWith(path === '/' ? '/' : `${path}/`)) return true
      const inside = path.startsWith(`${home}/`) ? path.slice(home.length) : ''
      return KEYS.test(inside) || (withStarted && STARTED.test(inside))
    })
}

function written(device: FinishedDevice, line: TmpfilesLine): readonly Finding[] {
  if (line.path !== '/etc/nologin') return [unproved(line, 'systemd-tmpfiles changes it at each start')]
  // In Bookworm what lets users in afterwards takes it away again.
  if (device.release === 'bookworm' && opensForUsers(device)) return []
  return [finding(line, 'shut', 'login', 'ACC016', `${line.path} is made at each start, and turns everybody away`)]
}

type Changeable = Extract<Entry, { kind: 'file' | 'directory' }>

/** Mode and owner that are set on something that is there. */
function changed(device: FinishedDevice, line: TmpfilesLine, path: string): readonly Finding[] {
  const { root, accounts } = device
  const before = root.lstat(path)
  if (before?.kind !== 'file' && before?.kind !== 'directory') return []
  const uid = numberOf(line.user, accounts.passwd, before.uid)
  const gid = numberOf(line.group, accounts.group, before.gid)
  const mode = line.mode ?? before.mode
  const isDeep = line.type === 'Z' && before.kind === 'directory'
  if (!isDeep && mode === before.mode && uid === before.uid && gid === before.gid) return []
  const after: Changeable = { ...before, mode, uid, gid }
  if (runsAsRoot(after) && !runsAsRoot(before)) {
    const found = setuidFindings(root, root.resolve(path))
    return found.map(({ answer, code, because }) => finding(line, answer, 'root', code, `${path}: ${because}`))
  }
  if (line.type === 'z' && ROOTS.test(path) && staysRoots(after)) return []
  if (!decides(device, line, path) || (!isSystem(device, path) && staysUsable(line, before, after))) return []
  return [unproved(line, 'systemd-tmpfiles gives it another mode or owner at each start')]
}

/** Read by root alone: cron, and sshd before it knows who comes. */
const ROOTS = /^\/etc\/(crontab|cron\.[a-z]+|ssh\/sshd_config)$/

function staysRoots({ kind, uid, mode }: Changeable): boolean {
  const wanted = kind === 'directory' ? 0o500 : 0o400
  return uid === 0 && (mode & 0o022) === 0 && (mode & wanted) === wanted
}

/** A home and its keys as sshd takes them: of the same account, for it to read, and for no other to write (StrictModes). */
function staysUsable({ type, mode, user }: TmpfilesLine, before: Changeable, after: Changeable): boolean {
  const wanted = after.kind === 'directory' ? (after.uid === 0 ? 0o111 : 0o500) : 0o400
  const isKept = after.uid === before.uid && (after.mode & 0o022) === 0 && (after.mode & wanted) === wanted
  // From above the homes `Z` gives all of them one owner and one mode.
  return isKept && !(type === 'Z' && before.uid === 0 && (mode !== undefined || user !== undefined))
}

function numberOf(
  name: string | undefined,
  known: readonly { readonly name: string; readonly uid?: number; readonly gid: number }[],
  before: number,
): number {
  if (name === undefined) return before
  const entry = known.find((one) => one.name === name)
  return /^\d+$/.test(name) ? Number(name) : (entry?.uid ?? entry?.gid ?? -1)
}

function unproved(line: TmpfilesLine, because: string): Finding {
  return finding(line, 'unproved', 'login', 'ACC051', `${line.type} ${line.path}: ${because}`)
}

function finding(
  { file, line }: TmpfilesLine,
  answer: Finding['answer'],
  way: Way,
  code: Code,
  because: string,
): Finding {
  return { answer, way, user: undefined, code, at: { file, line }, because, settle: 'take the line out' }
}
