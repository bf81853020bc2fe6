import type { Problem, SpecPath } from '../../base/report/report.ts'
import { readFstab } from '../../device/formats/fstab.ts'
import { directory, type Operation } from '../plan/operation.ts'
import { grammars } from '../render/grammars.ts'
import { blockedFile, isInBlock } from './blocked-file.ts'
import type { Context, Contribution, Control } from './control.ts'
import { closedFolders } from './fstab-options.ts'
import { accountsAfter } from './owners.ts'
import { absent, rootFile, secretFile, staleOnly } from './root-file.ts'

const FSTAB = '/etc/fstab'
const CREDENTIALS = '/etc/pibake/mounts'

/** File systems of the owner's: lines of /etc/fstab in a block of pibake's own. */
export const mounts: Control = { name: 'mounts', compile }

type Mount = Context['spec']['mounts'][number]

/** Programs that mount needs for a file system. */
const HELPERS: Readonly<Record<string, string>> = {
  nfs: 'nfs-common',
  cifs: 'cifs-utils',
  btrfs: 'btrfs-progs',
  xfs: 'xfsprogs',
  f2fs: 'f2fs-tools',
}

function compile(context: Context): Contribution {
  const { mounts: wanted } = context.spec
  const problems = wanted.flatMap((mount, i) => placeProblems(mount, ['mounts', i, 'where'], context))
  if (problems.length > 0) return { problems }
  const files = wanted.flatMap((mount, i) => credentialsOf(mount, i, context))
  return {
    operations: [
      ...table(context),
      ...wanted.map((mount, i) => mountPoint(mount, i, context)),
      ...files,
      ...stale(files, context),
    ],
    packages: wanted.flatMap(({ type }, i) => {
      const name = HELPERS[type]
      const origin = context.because(['mounts', i, 'type'], `${type} is mounted by its programs`)
      return name === undefined ? [] : [{ name, action: 'install', origin }]
    }),
  }
}

/** /etc/fstab with the lines of the spec at its end; nothing where there are none, and were none. */
function table(context: Context): Operation[] {
  const { mounts: wanted, hardening } = context.spec
  const own = wanted.map((mount, i) => ({
    text: lineOf(mount, i),
    origin: context.because(['mounts', i], `what is seen at ${mount.where}`),
  }))
  const { lines, overrules } = closedFolders(context)
  const isOurs = lines.length > 0 && own.length === 0
  const origin = isOurs
    ? context.because(['hardening', 'mountOptions'], 'folders from which no program is run')
    : context.because(['mounts'], 'file systems of the spec')
  return [
    ...blockedFile(context, FSTAB, [...own, ...lines], origin, overrules && { overrules }),
    ...aptFolder(context, hardening.mountOptions),
  ]
}

const APT = '/etc/apt/apt.conf.d/52pibake-templates'

/** What asks questions before an installation is unpacked and run in /tmp, unless apt has a folder of its own (apt-extracttemplates(1)). */
function aptFolder(context: Context, { tmp }: Context['spec']['hardening']['mountOptions']): Operation[] {
  const origin = context.because(
    ['hardening', 'mountOptions', 'tmp'],
    'apt runs what it unpacks, which /tmp does not let it',
  )
  if (tmp === 'image') return staleOnly(context.inventory.root, [APT], origin)
  return [rootFile(APT, {}, origin), directory('/var/lib/apt/templates', { mode: 0o700, origin })]
}

/**
 * A line of fstab(5). `nofail`: a disk that is not there keeps nothing waiting. `nosuid,nodev`: what is on it gives nobody more rights.
 * Only ext4 is looked at by fsck first.
 */
function lineOf({ what, where, type, options, credentials }: Mount, index: number): string {
  const network = type === 'nfs' || type === 'cifs' ? ['_netdev'] : []
  const secret = credentials === undefined ? [] : [`credentials=${credentialsPath(index)}`]
  // By itself a file system in memory is open to all for writing, as /tmp is.
  const open = type !== 'tmpfs' || /^\/(var\/)?tmp$/.test(where) || options.some((one) => one.startsWith('mode='))
  const all = [
    ...new Set(['nofail', 'nosuid', 'nodev', ...network, ...secret, ...(open ? [] : ['mode=0755']), ...options]),
  ]
  return [what, where, type]
    .map(grammars.fstab)
    .concat(all.map(grammars.fstab).join(','))
    .join(' ')
    .concat(` 0 ${type === 'ext4' ? 2 : 0}`)
}

function credentialsPath(index: number): string {
  return `${CREDENTIALS}/${index + 1}`
}

function credentialsOf({ credentials }: Mount, i: number, context: Context): Operation[] {
  if (credentials === undefined) return []
  const origin = context.because(['mounts', i, 'credentials'], 'how the device logs in to the share')
  return [
    directory(CREDENTIALS, { mode: 0o700, origin: context.because(['mounts'], 'credentials, for root alone') }),
    secretFile(credentialsPath(i), credentials.reveal(), origin),
  ]
}

/** Credentials of an earlier spec go. */
function stale(files: readonly Operation[], { inventory, because }: Context): Operation[] {
  const origin = because(['mounts'], 'not a mount of this spec')
  return inventory.root
    .list(CREDENTIALS)
    .map((name) => `${CREDENTIALS}/${name}`)
    .filter((path) => !files.some((file) => file.path === path))
    .map((path) => absent(path, origin))
}

/** A folder that is there stays as it is. */
function mountPoint({ where }: Mount, i: number, { inventory, because }: Context): Operation {
  const entry = inventory.root.lstat(where)
  const origin = because(['mounts', i, 'where'], 'the folder at which it is seen')
  if (entry?.kind !== 'directory') return directory(where, { origin })
  return directory(where, { origin, mode: entry.mode, owner: { uid: entry.uid, gid: entry.gid } })
}

/** What only the image tells: homes, keys, what is there, and what fstab mounts already. */
function placeProblems({ where }: Mount, path: SpecPath, context: Context): Problem[] {
  const { root } = context.inventory
  const error = (code: Problem['code'], message: string, lockout = false): Problem[] => [
    { severity: 'error', code, path, message, ...(lockout ? { lockout } : {}) },
  ]
  const owner = accountsAfter(context).passwd.find(({ home }) => home === where || home.startsWith(`${where}/`))
  if (owner !== undefined && owner.uid >= 1000 && owner.uid < 60_000) {
    return error(
      'MNT002',
      `nothing can be mounted at ${where}: the home of ${owner.name} would be out of sight, and its keys`,
      true,
    )
  }
  const real = root.resolve(where)
  const entry = root.lstat(real)
  if (real !== where) return error('MNT002', `nothing can be mounted at ${where}: it is a link to ${real}`)
  if (entry !== undefined && entry.kind !== 'directory') return error('MNT002', `${where} is there and is not a folder`)
  const isTaken = readFstab(root).some(({ directory, at }) => directory === where && !isInBlock(root, FSTAB, at.line))
  if (isTaken) return error('MNT003', `/etc/fstab of the image mounts something at ${where} already`)
  return []
}
