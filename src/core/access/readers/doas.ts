import type { PasswdEntry } from '../../../device/formats/accounts.ts'
import { type DoasRule, parseDoasConf } from '../../../device/formats/doas-conf.ts'
import { passwordOf } from '../../../device/formats/password.ts'
import { textOf } from '../../../device/pam/source-lines.ts'
import { groupsOf } from '../../../device/sshd/allow-deny.ts'
import { giftOf } from '../../../device/sudo/root-commands.ts'
import type { Finding, Reader } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { wayToRoot } from './root-finding.ts'

const FILE = '/etc/doas.conf'

/** Whom doas makes root, where it is there beside sudo: the spec says nothing of it. */
export const doas: Reader = (device) => {
  const entry = device.root.lstat(device.root.resolve('/usr/bin/doas'))
  const text = textOf(device.root, FILE)
  const isRunning = entry?.kind === 'file' && entry.uid === 0 && (entry.mode & 0o4001) === 0o4001
  if (!isRunning || text === undefined) return []
  const rules = parseDoasConf(text) ?? []
  return device.accounts.passwd.filter(({ uid }) => uid !== 0).flatMap((user) => ofAccount(device, rules, user))
}

/** The last rule for any command counts, and each rule for a command that gives root. */
function ofAccount(device: FinishedDevice, rules: readonly DoasRule[], user: PasswdEntry): readonly Finding[] {
  const sudo = device.owners.get(user.name)?.sudo
  const names = [user.name, ...groupsOf(device.accounts, user).map((group) => `:${group}`)]
  const mine = rules.filter(
    ({ identity, target, command }) =>
      names.includes(identity) &&
      (target ?? 'root') === 'root' &&
      (command === undefined || giftOf(command) === 'root'),
  )
  const last = mine.at(-1)
  if (last === undefined || last.action === 'deny' || sudo === 'nopasswd') return []
  const isNews = last.nopass || (sudo !== 'password' && passwordOf(device.accounts, user) === 'usable')
  const how = last.nopass ? 'without a password' : 'with its password'
  const at = { file: FILE, line: last.line }
  return isNews ? [wayToRoot(user.name, at, `doas lets ${user.name} become root ${how}`, 'take the line out')] : []
}
