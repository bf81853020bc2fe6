import type { PasswdEntry } from '../../../device/formats/accounts.ts'
import { isKnownShell, loginShellRefusal } from '../../../device/inspect/login-shell.ts'
import { numberedLines } from '../../../device/pam/source-lines.ts'
import type { Finding, Reader } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { isWaiting } from '../waiting-line.ts'

/** Login shells that are there and of which it is not known whether they let the owner work; and what they run first. */
export const shells: Reader = (device) =>
  device.accounts.passwd
    .filter(({ name }) => device.owners.has(name))
    .filter((user) => loginShellRefusal(device.root, device.accounts, user) === undefined)
    .flatMap((user) => [...unknown(device, user), ...endedEarly(device, user), ...atLogin(device, user)])

function unknown({ root }: FinishedDevice, user: PasswdEntry): readonly Finding[] {
  if (isKnownShell(root, user)) return []
  const because = `the login shell ${user.shell} is a script, or a program that pibake does not know`
  const at = { file: '/etc/passwd', line: undefined }
  return [unproved(user, at, because, 'take /bin/bash, or see on the device that it lets the user work')]
}

/** What bash reads at a log-in (bash(1), INVOCATION), and what other shells do. */
const FILES = ['.bash_profile', '.bash_login', '.profile', '.bashrc', '.zshenv', '.zprofile', '.zshrc', '.zlogin']

/** A line that stands for itself: inside a condition it would be indented. */
const ENDS = /^(exit|logout|exec\s+(?![<>\d])\S+|kill\s+(-\S+\s+)?\$\$|false\s*;?\s*exit)\b/

/** For everybody; of the folder /etc/profile reads what ends in `.sh`. */
function sharedFiles({ root }: FinishedDevice): readonly string[] {
  const folder = '/etc/profile.d'
  const names = root.list(folder).filter((name) => name.endsWith('.sh'))
  return ['/etc/profile', ...names.map((name) => `${folder}/${name}`), '/etc/bash.bashrc']
}

function endedEarly(device: FinishedDevice, user: PasswdEntry): readonly Finding[] {
  const { root } = device
  return [...sharedFiles(device), ...FILES.map((name) => `${user.home}/${name}`)].flatMap((file) => {
    const line = numberedLines(root, file).find(({ text }) => ENDS.test(text))
    if (line === undefined) return []
    const because = `'${line.text.trim()}' ends the shell, or puts something else in its place`
    return [unproved(user, line.at, because, 'take the line out')]
  })
}

/** What sshd runs for an account before its shell (sshd(8), SSHRC); its end is none of the session's. */
function atLogin({ root, ssh }: FinishedDevice, user: PasswdEntry): readonly Finding[] {
  const own = `${user.home}/.ssh/rc`
  const file = root.lstat(root.resolve(own)) === undefined ? '/etc/ssh/sshrc' : own
  const isBad = (text: string) => isWaiting(text) || /^[^#]*\b(kill|pkill|killall)\b/.test(text)
  const line = ssh.enabled ? numberedLines(root, file).find(({ text }) => isBad(text)) : undefined
  if (line === undefined) return []
  const because = `sshd runs '${line.text.trim()}' first, which may end the login, or keep it waiting`
  return [{ ...unproved(user, line.at, because, 'take the line out'), way: 'ssh' }]
}

function unproved(user: PasswdEntry, at: Finding['at'], because: string, settle: string): Finding {
  return { answer: 'unproved', way: 'login', user: user.name, code: 'ACC058', at, because, settle }
}
