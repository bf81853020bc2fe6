import type { Problem } from '../../base/report/report.ts'
import type { SshdConfig } from '../../device/sshd/config.ts'
import { chrootRefusal } from '../../device/sshd/files-only.ts'
import { directory, type Operation } from '../plan/operation.ts'
import type { User } from '../spec-file/spec.ts'
import type { Context } from './control.ts'
import { accountsAfter } from './owners.ts'
import type { SshLine } from './ssh-line.ts'

/** Below the folder of an account for sftp: the one place to which it can write. */
const WRITABLE = 'files'

/** The lines of one account that exchanges files and does nothing else. */
export interface SftpBlock {
  readonly user: string
  readonly lines: readonly SshLine[]
}

type SftpUser = User & { readonly sftpOnly: string }

/** The accounts for sftp, by their place in the spec. */
function sftpUsers({ spec }: Context): readonly (readonly [index: number, user: SftpUser])[] {
  return spec.users.flatMap((user, i) =>
    user.sftpOnly === undefined ? [] : [[i, { ...user, sftpOnly: user.sftpOnly }] as const],
  )
}

/** What stands below `Match User` of each account for sftp. */
export function sftpBlocks(context: Context): readonly SftpBlock[] {
  return sftpUsers(context).map(([i, { name, sftpOnly }]) => {
    const line = (keyword: string, value: string, because: string): SshLine => ({
      keyword,
      value,
      because,
      path: ['users', i, 'sftpOnly'],
    })
    return {
      user: name,
      lines: [
        line('ChrootDirectory', sftpOnly, 'the account sees nothing else of the device'),
        line('ForceCommand', `internal-sftp -d /${WRITABLE}`, 'files are exchanged, and no command runs'),
        line('DisableForwarding', 'yes', 'the device is not a way into other networks'),
        // Up to OpenSSH 9.9 DisableForwarding leaves X11 and agents alone (release notes of 10.0).
        line('AllowAgentForwarding', 'no', 'no agent'),
        line('X11Forwarding', 'no', 'no display'),
        line('AllowTcpForwarding', 'no', 'no port'),
        line('AllowStreamLocalForwarding', 'no', 'no socket'),
        line('PermitTunnel', 'no', 'no network tunnel'),
        line('PermitTTY', 'no', 'no terminal'),
        line('PermitUserRC', 'no', 'no file of the account runs'),
      ],
    }
  })
}

/** `Subsystem sftp`, which clients ask for, where the image's configuration has none. */
export function sftpSubsystem(context: Context, image: SshdConfig): readonly SshLine[] {
  const [first] = sftpUsers(context)
  const hasOne = image.directives.some(({ keyword, args }) => keyword === 'subsystem' && args[0] === 'sftp')
  if (first === undefined || hasOne) return []
  const because = 'clients ask for it, and the image has none'
  return [{ keyword: 'Subsystem', value: 'sftp internal-sftp', path: ['users', first[0], 'sftpOnly'], because }]
}

/** The folder that is root's, and the one in it that is the account's. */
export function sftpFolders(context: Context): { operations: Operation[]; problems: Problem[] } {
  const { root } = context.inventory
  const accounts = accountsAfter(context)
  const operations: Operation[] = []
  const problems: Problem[] = []
  for (const [i, { name, sftpOnly }] of sftpUsers(context)) {
    const owner = accounts.passwd.find((account) => account.name === name)
    if (owner === undefined) continue
    const path = ['users', i, 'sftpOnly']
    const origin = context.because(path, 'sshd keeps the account in a folder that is root’s alone')
    const own = `${sftpOnly}/${WRITABLE}`
    const there = root.lstat(own)
    const because =
      chrootRefusal(root, sftpOnly, false) ??
      (there === undefined || (there.kind === 'directory' && there.uid === owner.uid)
        ? undefined
        : `${own} is not a directory of ${name}`)
    if (because !== undefined) {
      const message = `sshd would not let ${name} in: in the image, ${because}`
      problems.push({
        severity: 'error',
        code: 'USR029',
        path,
        message,
        hint: 'choose another folder, or put it right in the image',
      })
      continue
    }
    operations.push(directory(sftpOnly, { mode: 0o755, origin }))
    operations.push(
      directory(own, {
        mode: 0o700,
        owner: { uid: owner.uid, gid: owner.gid },
        origin: context.because(path, `the folder to which ${name} can write`),
      }),
    )
  }
  return { operations, problems }
}

/**
 * Lines below a `Match` that sshd reads before pibake's file: of those that hold for a connection the first counts, so they
 * would beat what keeps the accounts for sftp in their folders.
 *
 * @param file where pibake's lines stand
 */
export function sftpRivals(config: SshdConfig, blocks: readonly SftpBlock[], file: string): Problem[] {
  const lines = blocks.flatMap((block) => block.lines)
  const own = config.directives.findIndex(({ at }) => at.file === file)
  return config.directives.slice(0, own).flatMap(({ keyword, rest, conditions, at }): Problem[] => {
    const line = lines.find((one) => one.keyword.toLowerCase() === keyword)
    if (line === undefined || conditions.length === 0) return []
    const message = `${at.file}:${at.line} sets ${line.keyword} to '${rest}', and pibake cannot overrule it`
    return [{ severity: 'error', code: 'SSH022', path: line.path, message, hint: 'take the line out of the image' }]
  })
}
