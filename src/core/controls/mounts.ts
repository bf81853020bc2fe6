import type { Origin } from '../../base/report/origin.ts'
import type { Problem, SpecPath } from '../../base/report/report.ts'
import { readFstab } from '../../device/formats/fstab.ts'
import { directory, type Operation } from '../plan/operation.ts'
import { grammars } from '../render/grammars.ts'
import type { Context, Contribution, Control } from './control.ts'
import { editedFile, imageText } from './edited-file.ts'
import { accountsAfter } from './owners.ts'
import { absent, secretFile } from './root-file.ts'

const FSTAB = '/etc/fstab'
const BEGIN = '# pibake: begin'
const END = '# pibake: end'
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
  const { inventory, spec } = context
  const current = imageText(inventory.root, FSTAB)
  const own = withoutBlock(current)
  const origin = context.because(['mounts'], 'file systems of the spec')
  if (spec.mounts.length === 0) {
    return own === current ? [] : [{ ...editedFile(inventory.root, FSTAB, own, origin, new Map()), undoes: true }]
  }
  const before = own.replace(/\n*$/, '\n')
  const block: { text: string; origin: Origin }[] = [
    { text: BEGIN, origin },
    ...spec.mounts.map((mount, i) => ({
      text: lineOf(mount, i),
      origin: context.because(['mounts', i], `what is seen at ${mount.where}`),
    })),
    { text: END, origin },
  ]
  const first = before.split('\n').length - 1
  const lines = new Map(block.map((one, i) => [first + i, one.origin] as const))
  return [editedFile(inventory.root, FSTAB, `${before}${block.map(({ text }) => `${text}\n`).join('')}`, origin, lines)]
}

function withoutBlock(text: string): string {
  const [start, end] = [text.indexOf(`${BEGIN}\n`), text.indexOf(`${END}\n`)]
  return start === -1 || end < start ? text : text.slice(0, start) + text.slice(end + END.length + 1)
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
  const lines = imageText(root, FSTAB).split('\n')
  const [begin, end] = [lines.indexOf(BEGIN), lines.indexOf(END)]
  const isTaken = readFstab(root).some(
    ({ directory, at }) => directory === where && !(begin !== -1 && at.line > begin && at.line <= end),
  )
  if (isTaken) return error('MNT003', `/etc/fstab of the image mounts something at ${where} already`)
  return []
}
