import type { Tree } from '../../storage/tree/tree.ts'
import { type Accounts, withJoined } from '../formats/accounts.ts'
import { mergedByName } from './merged.ts'
import { splitWords } from './words.ts'

const FOLDERS = ['/etc/sysusers.d', '/run/sysusers.d', '/usr/local/lib/sysusers.d', '/usr/lib/sysusers.d']
const PROGRAM = '/usr/bin/systemd-sysusers'
const MASK = '/etc/systemd/system/systemd-sysusers.service'

/**
 * The accounts as systemd-sysusers leaves them at the first start: `m USER GROUP` puts an account into a group, and makes
 * the group where there is none (sysusers.d(5)). Whom its other lines make, nobody can log in as.
 */
export function withMembers(root: Tree, accounts: Accounts): Accounts {
  const runs = root.lstat(root.resolve(PROGRAM))?.kind === 'file' && root.resolve(MASK) !== '/dev/null'
  if (!runs) return accounts
  return withJoined(accounts, membersOf(root))
}

function membersOf(root: Tree): readonly { readonly user: string; readonly group: string }[] {
  return mergedByName(root, FOLDERS, '.conf').flatMap((file) => {
    if (root.lstat(root.resolve(file))?.kind !== 'file') return []
    const lines = new TextDecoder().decode(root.read(file)).split('\n')
    return lines.flatMap((line) => {
      const [type, user, group] = (splitWords(line) ?? []).map(({ text }) => text)
      return type === 'm' && user !== undefined && group !== undefined ? [{ user, group }] : []
    })
  })
}
