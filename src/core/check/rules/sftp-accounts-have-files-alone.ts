import type { SpecPath } from '../../../base/report/report.ts'
import type { User } from '../../spec-file/spec.ts'
import { closedFolder } from './closed-folders.ts'
import type { Rule } from './rule.ts'

/** An account for sftp is given nothing that it could not use or must not have, and a folder of its own. */
export const sftpAccountsHaveFilesAlone: Rule = {
  reads: ['users', 'ssh'],
  check({ spec: { users, ssh }, written }, report) {
    for (const [i, user] of users.entries()) {
      if (user.sftpOnly === undefined) continue
      const path = (key: string): SpecPath => ['users', i, key]
      if (!ssh.enabled) {
        report.warning('SPC012', path('sftpOnly'), 'users[].sftpOnly has no effect with ssh.enabled: false')
      }
      for (const [key, hint] of unfit(user, written.users?.[i]?.shell !== undefined)) {
        report.error('USR015', path(key), `${user.name} is for sftp alone (sftpOnly), and has ${key} here`, hint)
      }
      const why = folderFault(user.sftpOnly, users, i)
      if (why !== undefined) report.error('USR014', path('sftpOnly'), why, 'choose a folder such as /srv/sftp/NAME')
    }
  },
}

function unfit(user: User, hasShell: boolean): (readonly [key: string, hint: string])[] {
  const keys = [
    ['sudo', user.sudo !== 'none', 'write sudo: none'],
    ['shell', hasShell, 'leave it out: the shell is nologin'],
    ['mustChangePassword', user.mustChangePassword, 'leave it out: sftp cannot ask for a new password'],
    [
      'authorizedKeys',
      user.authorizedKeys.some(({ command }) => command !== undefined),
      'leave out command of the key',
    ],
  ] as const
  return keys.flatMap(([key, isWrong, hint]) => (isWrong ? [[key, hint] as const] : []))
}

/** Why the folder cannot be root's alone, or is somebody else's. */
function folderFault(folder: string, users: readonly User[], index: number): string | undefined {
  const closed = closedFolder(folder)
  if (closed !== undefined) return `the folder of sftpOnly: ${closed.folder} ${closed.why}`
  const isIn = (other: string) => folder === other || folder.startsWith(`${other}/`)
  const home = users.find(({ name }) => isIn(`/home/${name}`))
  if (home !== undefined)
    return `${folder} is in the home of ${home.name}, and sshd wants a folder that is root's alone`
  const same = users.find(({ sftpOnly }, k) => k < index && sftpOnly === folder)
  if (same !== undefined) return `${folder} is the folder of ${same.name} already`
  const inside = users.find(({ sftpOnly }, k) => k !== index && sftpOnly !== undefined && isIn(`${sftpOnly}/files`))
  return inside && `${folder} is in a folder to which ${inside.name} can write`
}
