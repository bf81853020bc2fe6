import type { Code } from '../../base/report/codes.ts'
import type { Problem, SpecPath } from '../../base/report/report.ts'
import { suggest } from '../../base/report/suggest.ts'
import type { Accounts } from '../../device/formats/accounts.ts'
import { type FileOperation, file } from '../plan/operation.ts'
import { isOpenFolder } from '../plan/readable-by-all.ts'
import type { ExtraFile } from '../spec-file/spec.ts'
import type { Context, Contribution, Control } from './control.ts'
import { accountsAfter } from './owners.ts'

/** Further files of the owner, byte for byte. */
export const files: Control = { name: 'files', compile }

function compile(context: Context): Contribution {
  const operations: FileOperation[] = []
  const problems: Problem[] = []
  if (context.spec.files.length === 0) return {}
  const accounts = accountsAfter(context)
  context.spec.files.forEach((extra, i) => {
    const found = [...placeProblems(extra, i, context), ...ownerProblems(extra, i, accounts)]
    problems.push(...found)
    const uid = accounts.passwd.find((entry) => entry.name === extra.owner)?.uid
    const gid = accounts.group.find((entry) => entry.name === extra.group)?.gid
    if (found.length > 0 || uid === undefined || gid === undefined) return
    const { path, content, mode } = extra
    const origin = context.because(['files', i], 'a file of the spec')
    const secret = (mode & 0o004) === 0 || !isOpenFolder(context.inventory.root, path)
    operations.push(file(path, content, { mode, owner: { uid, gid }, origin, secret }))
  })
  return { operations, problems }
}

/** Where a file would do nothing or do harm: the places, and what to do instead. */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/^\/(proc|sys|dev|run|tmp|var\/run|var\/lock)\//, 'the running device has another file system there'],
  [/^\/boot\//, 'the boot partition is mounted over it, or it is a pointer to that'],
  [/^\/etc\/(passwd|shadow|group|gshadow|subuid|subgid)-?$/, 'accounts come from users'],
  [/^\/etc\/ssh\/sshd_config(\.d\/|$)/, 'sshd is set by ssh; further keywords go into ssh.settings'],
  [/^\/etc\/sudoers$/, 'put a file into /etc/sudoers.d'],
  [/^\/etc\/machine-id$/, 'the first start depends on what the image has there'],
  [/^\/(etc|usr\/lib|var\/lib)\/pibake\//, "it is pibake's own"],
  [/^\/var\/lib\/dpkg\//, "it is dpkg's own"],
  // Since Bookworm NetworkManager has the network.
  [
    /^\/etc\/wpa_supplicant\/wpa_supplicant[^/]*\.conf$/,
    'nothing reads it, for NetworkManager has the network; wireless networks come from network.wifi',
  ],
  [/^\/etc\/dhcpcd\.conf$/, 'nothing reads it, for NetworkManager has the network'],
  [
    /^\/etc\/network\/interfaces(\.d\/|$)/,
    'NetworkManager leaves an interface alone that is named there, and the device may have no network',
  ],
]

function placeProblems({ path, mode, owner }: ExtraFile, index: number, { inventory }: Context): Problem[] {
  const at = (key: string) => ['files', index, key]
  const problems: Problem[] = []
  const real = inventory.root.resolve(path)
  const refused = REFUSED.find(([pattern]) => pattern.test(path) || pattern.test(real))
  if (refused !== undefined) problems.push(error('FIL012', at('path'), `no file can be put at ${path}: ${refused[1]}`))
  if (inventory.root.lstat(path)?.kind === 'directory') {
    problems.push(error('FIL012', at('path'), `${path} is a directory`))
  }
  if (path.startsWith('/etc/sudoers.d/')) {
    if (/[.~/]/.test(path.slice('/etc/sudoers.d/'.length))) {
      problems.push(
        error('FIL014', at('path'), 'sudo ignores a file whose name holds a dot or ends with ~ (sudoers(5))'),
      )
    }
    if ((mode & 0o337) !== 0 || owner !== 'root') {
      const message = 'sudo wants root as owner, and nobody who may write (visudo(8))'
      problems.push(error('FIL014', at('mode'), message, 'mode: "0440"'))
    }
  }
  if (/^\/etc\/NetworkManager\/system-connections\/[^/]+$/.test(path) && ((mode & 0o077) !== 0 || owner !== 'root')) {
    const message = 'NetworkManager ignores a profile that others than root may read (nm-settings-keyfile(5))'
    problems.push(error('FIL015', at('mode'), message, 'mode: "0600", owner: root'))
  }
  if ((mode & 0o6000) !== 0) {
    problems.push(error('FIL015', at('mode'), 'the file would run with the rights of its owner or group'))
  }
  if ((mode & 0o002) !== 0) problems.push(error('FIL015', at('mode'), 'everybody on the device could write the file'))
  return problems
}

function ownerProblems({ owner, group }: ExtraFile, index: number, accounts: Accounts): Problem[] {
  const wanted = [
    { key: 'owner', kind: 'user', name: owner, known: accounts.passwd.map((entry) => entry.name) },
    { key: 'group', kind: 'group', name: group, known: accounts.group.map((entry) => entry.name) },
  ]
  return wanted
    .filter(({ name, known }) => !known.includes(name))
    .map(({ key, kind, name, known }) => {
      const near = suggest(name, known)
      const hint = near === undefined ? undefined : `did you mean '${near}'?`
      return error('FIL016', ['files', index, key], `the device will have no ${kind} '${name}'`, hint)
    })
}

function error(code: Code, path: SpecPath, message: string, hint?: string): Problem {
  return { severity: 'error', code, path, message, ...(hint === undefined ? {} : { hint }) }
}
