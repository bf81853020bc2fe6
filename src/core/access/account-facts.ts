import { shadowEntry } from '../../device/formats/account-index.ts'
import type { Accounts, PasswdEntry } from '../../device/formats/accounts.ts'
import { passwordOf } from '../../device/formats/password.ts'
import { loginShellRefusal } from '../../device/inspect/login-shell.ts'
import type { SshdConfig } from '../../device/sshd/config.ts'
import { effectiveIn } from '../../device/sshd/effective.ts'
import { readSshdConfig } from '../../device/sshd/read.ts'
import { callerOf, hostnameOf } from '../../device/sudo/caller.ts'
import { sudoFor } from '../../device/sudo/evaluate.ts'
import { readSudoers } from '../../device/sudo/read.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { AccountFacts } from './facts.ts'
import type { FinishedDevice } from './finished-device.ts'
import { takesCertificates } from './offered-certificates.ts'
import { keysFilesEver, keysIn } from './offered-keys.ts'
import { rootGroupsOf } from './root-groups.ts'
import { type Asked, sshdFacts } from './sshd-facts.ts'

/** What the finished device knows of each account that could log in, read from its own files. */
export function accountFacts(device: AccountsOf): AccountFacts[] {
  const config = readSshdConfig(device.root, device.release)
  return accountsAsked(device, config).map((asked) => factsOf(device, asked))
}

type AccountsOf = Pick<FinishedDevice, 'root' | 'release' | 'accounts' | 'owners' | 'ssh' | 'packages' | 'requests'>

/**
 * The owners, and who else could log in: who has a shell, and a password or a key. An owner comes on the port that the
 * spec says, the others on any.
 */
export function accountsAsked(device: AccountsOf, config: SshdConfig): readonly Asked[] {
  const known = knownAsked.get(device) ?? new Map<SshdConfig, readonly Asked[]>()
  knownAsked.set(device, known)
  const found = known.get(config) ?? askedOf(device, config)
  known.set(config, found)
  return found
}

/** Readers ask one after the other, and an image may have twenty thousand accounts. */
const knownAsked = new WeakMap<AccountsOf, Map<SshdConfig, readonly Asked[]>>()

function askedOf({ root, accounts, owners, ssh }: AccountsOf, config: SshdConfig): readonly Asked[] {
  const anybody = { user: 'root', groups: ['root'], address: '127.0.0.1' }
  const { ports } = effectiveIn(config, anybody)
  return accounts.passwd
    .map((user): Asked => {
      const hasPassword = passwordOf(accounts, user) === 'usable'
      const owner = owners.get(user.name)
      const wants = owner !== undefined && owner.isForFiles === undefined ? 'shell' : 'anything'
      return { root, accounts, config, user, hasPassword, wants, ports: owner === undefined ? ports : [ssh.port] }
    })
    .filter(({ user }) => owners.has(user.name) || couldLogIn(root, accounts, config, user))
}

function couldLogIn(root: Tree, accounts: Accounts, config: SshdConfig, user: PasswdEntry): boolean {
  const password = passwordOf(accounts, user)
  const isAsked =
    password === 'usable' ||
    password === 'empty' ||
    keysFilesEver(root, config, user).some((file) => keysIn(root, file).length > 0) ||
    takesCertificates(root, config, user)
  return isAsked && loginShellRefusal(root, accounts, user) === undefined
}

function factsOf(device: AccountsOf, asked: Asked): AccountFacts {
  const { root, accounts, user } = asked
  const owner = device.owners.get(user.name)
  const shadow = shadowEntry(accounts, user.name)
  const { sshd, keys, strictModes } = sshdFacts(asked)
  return {
    name: user.name,
    wanted: owner !== undefined,
    isForFiles: owner?.isForFiles ?? false,
    admin: owner !== undefined && owner.sudo !== 'none',
    shell: { path: user.shell, usable: loginShellRefusal(root, accounts, user) === undefined },
    password: passwordOf(accounts, user),
    mustChangePassword: shadow?.rest[0] === '0',
    expires: dayOf(shadow?.rest[5]),
    keys,
    strictModes,
    sshd,
    sudo: sudoFacts(root, accounts, user),
    rootGroups: rootGroupsOf(device, user),
  }
}

/** With `rootpw` and the like sudo asks for root's password, and root has none. */
function sudoFacts(root: Tree, accounts: Accounts, user: PasswdEntry): AccountFacts['sudo'] {
  const hostname = hostnameOf(root)
  const verdict = sudoFor(readSudoers(root, hostname), callerOf(accounts, user, hostname))
  const { allowed, needsPassword, passwordOf } = verdict
  return { root: allowed && !(needsPassword && passwordOf === 'root'), needsPassword }
}

/** 31 December 9999: later days are as good as none, and have no date of ten characters. */
const LAST_DAY = 2_932_896

/** Days since 1970 (shadow(5)) → `YYYY-MM-DD`. */
function dayOf(days: string | undefined): string | undefined {
  if (days === undefined || !/^\d+$/.test(days) || Number(days) > LAST_DAY) return undefined
  return new Date(Number(days) * 86_400_000).toISOString().slice(0, 10)
}
