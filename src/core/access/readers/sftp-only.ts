import { loginShellRefusal } from '../../../device/inspect/login-shell.ts'
import { readSshdConfig } from '../../../device/sshd/read.ts'
import { accountsAsked } from '../account-facts.ts'
import type { Finding, Reader } from '../finding.ts'
import { sshdFacts } from '../sshd-facts.ts'

/** Owners who are meant to exchange files, and could do more. */
export const sftpOnly: Reader = (device) => {
  const { root, accounts, owners } = device
  const isForFiles = (name: string) => owners.get(name)?.isForFiles === true
  const config = readSshdConfig(root, device.release)
  const more = accountsAsked(device, config)
    .filter(({ user }) => device.ssh.enabled && isForFiles(user.name))
    .filter((asked) => {
      const { sshd } = sshdFacts(asked)
      return sshd.refused === undefined && sshd.filesIn === undefined
    })
    .map(({ user }) => open(user.name, undefined, 'sshd gives the account more than sftp in one folder'))
  const shells = accounts.passwd
    .filter((user) => isForFiles(user.name) && loginShellRefusal(root, accounts, user) === undefined)
    .map(({ name, shell }) =>
      open(name, { file: '/etc/passwd', line: undefined }, `the account has the shell ${shell}`),
    )
  return [...more, ...shells]
}

function open(user: string, at: Finding['at'], because: string): Finding {
  const settle = 'take out of the image, or of files, what changes the account or its Match block'
  return { answer: 'open', way: 'ssh', user, code: 'ACC039', at, because, settle }
}
