import type { FileOperation } from '../plan/operation.ts'
import type { Problem } from '../spec/report.ts'
import type { ExtraFile } from '../spec/spec.ts'
import { suggest } from '../spec/suggest.ts'
import type { Context, Contribution, Control } from './control.ts'
import { gidOf, uidOf } from './owners.ts'

/** Further files of the owner, byte for byte. */
export const files: Control = { name: 'files', compile }

function compile(context: Context): Contribution {
  const operations: FileOperation[] = []
  const problems: Problem[] = []
  context.spec.files.forEach((file, i) => {
    const found = problemsOf(file, i, context)
    problems.push(...found)
    const uid = uidOf(file.owner, context)
    const gid = gidOf(file.group, context)
    if (found.length > 0 || uid === undefined || gid === undefined) return
    const { path, content, mode } = file
    const origin = context.because(['files', i], 'a file of the spec')
    operations.push({ kind: 'file', partition: 'root', path, content, mode, owner: { uid, gid }, origin })
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
]

function problemsOf(file: ExtraFile, index: number, context: Context): Problem[] {
  const problems: Problem[] = []
  const error = (code: string, key: string, message: string, hint?: string) =>
    problems.push({
      severity: 'error',
      code,
      path: ['files', index, key],
      message,
      ...(hint === undefined ? {} : { hint }),
    })
  const { path, mode } = file
  const real = context.inventory.root.resolve(path)
  const refused = REFUSED.find(([pattern]) => pattern.test(path) || pattern.test(real))
  if (refused !== undefined) error('FIL012', 'path', `no file can be put at ${path}: ${refused[1]}`)
  if (context.inventory.root.lstat(path)?.kind === 'directory') error('FIL012', 'path', `${path} is a directory`)

  if (path.startsWith('/etc/sudoers.d/')) {
    const name = path.slice('/etc/sudoers.d/'.length)
    if (/[.~/]/.test(name))
      error('FIL014', 'path', 'sudo ignores files whose name holds a dot or ends with ~ (sudoers(5))')
    if ((mode & 0o337) !== 0 || file.owner !== 'root') {
      error('FIL014', 'mode', 'sudo wants root as owner and the mode 0440 (visudo(8))', 'mode: "0440"')
    }
  }
  if ((mode & 0o6000) !== 0) error('FIL015', 'mode', 'the file would run with the rights of its owner or group')
  if ((mode & 0o002) !== 0) error('FIL015', 'mode', 'everybody on the device could write the file')

  if (uidOf(file.owner, context) === undefined) {
    const near = suggest(
      file.owner,
      context.inventory.accounts.passwd.map((entry) => entry.name),
    )
    error(
      'FIL016',
      'owner',
      `the image has no user '${file.owner}'`,
      near === undefined ? undefined : `did you mean '${near}'?`,
    )
  }
  if (gidOf(file.group, context) === undefined) {
    const near = suggest(
      file.group,
      context.inventory.accounts.group.map((entry) => entry.name),
    )
    error(
      'FIL016',
      'group',
      `the image has no group '${file.group}'`,
      near === undefined ? undefined : `did you mean '${near}'?`,
    )
  }
  return problems
}
