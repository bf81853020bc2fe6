import type { PasswdEntry } from '../../device/formats/accounts.ts'
import { ROOT_GROUPS, type RootGroup } from '../../device/formats/privileged-groups.ts'
import { groupsOf } from '../../device/sshd/allow-deny.ts'
import type { FinishedDevice } from './finished-device.ts'

/** The groups that make an account root, with or without sudo. */
export function rootGroupsOf({ accounts }: Pick<FinishedDevice, 'accounts'>, user: PasswdEntry): readonly RootGroup[] {
  const names = groupsOf(accounts, user)
  return ROOT_GROUPS.filter(({ name }) => names.includes(name))
}
