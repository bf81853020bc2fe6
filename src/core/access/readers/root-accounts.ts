import type { PasswdEntry } from '../../../device/formats/accounts.ts'
import { passwordOf } from '../../../device/formats/password.ts'
import { loginShellRefusal } from '../../../device/inspect/login-shell.ts'
import type { Finding, Reader } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { rootGroupsOf } from '../root-groups.ts'
import { wayToRoot } from './root-finding.ts'

/** Accounts that are root by their number, or become root by their groups. */
export const rootAccounts: Reader = (device) => [
  ...device.accounts.passwd.filter(({ uid, name }) => uid === 0 && name !== 'root').map(secondRoot),
  ...device.accounts.passwd.filter((user) => concerns(device, user)).flatMap((user) => byGroups(device, user)),
]

function secondRoot({ name }: PasswdEntry): Finding {
  const at = { file: '/etc/passwd', line: undefined }
  return wayToRoot(name, at, `${name} has the number of root, 0`, 'give the account another number')
}

/** Owners who are not to become root, and others who could log in. */
function concerns({ root, accounts, owners }: FinishedDevice, user: PasswdEntry): boolean {
  const owner = owners.get(user.name)
  if (user.uid === 0) return false
  if (owner !== undefined) return owner.sudo === 'none'
  const password = passwordOf(accounts, user)
  return (password === 'usable' || password === 'empty') && loginShellRefusal(root, accounts, user) === undefined
}

function byGroups(device: FinishedDevice, user: PasswdEntry): readonly Finding[] {
  const at = { file: '/etc/group', line: undefined }
  return rootGroupsOf(device, user).map(({ name, does }) =>
    wayToRoot(user.name, at, `${user.name} is in the group ${name}, which ${does}`, `take ${user.name} out of ${name}`),
  )
}
