import { type Accounts, type PasswdEntry, readAccounts } from '../formats/accounts.ts'
import { type AuthorizedKeyEntry, parseAuthorizedKeys } from '../formats/authorized-keys.ts'
import { parsePublicKey } from '../formats/public-key.ts'
import type { Release } from '../inspect/inventory.ts'
import { groupsOf, refusal } from '../sshd/allowed.ts'
import { effectiveFor, type SshdEffective } from '../sshd/effective.ts'
import { keyRefusal } from '../sshd/key-types.ts'
import { methodsOf } from '../sshd/methods.ts'
import { revokedBy } from '../sshd/revoked.ts'
import { shutForAll } from '../sshd/shut.ts'
import { keysFileRefusal, keysFilesOf } from '../sshd/strict-modes.ts'
import { sudoFor } from '../sudo/evaluate.ts'
import { readSudoers } from '../sudo/read.ts'
import type { Tree } from '../tree/tree.ts'
import type { AccountFacts, KeyFacts, Reach } from './facts.ts'

/** A client in a home network: what `Match Address` and `from=` are judged with where they name no address. */
const LAN_CLIENT = '192.168.1.10'

/**
 * What the finished device knows of each account, read from its own files.
 *
 * @param root the root partition as it will be (an overlay of the plan)
 * @param wanted names of the accounts that the spec wants, and whether each is to become root
 */
export function accountFacts(
  root: Tree,
  release: Release,
  wanted: ReadonlyMap<string, { admin: boolean }>,
): AccountFacts[] {
  const accounts = readAccounts(root)
  return accounts.passwd
    .filter((user) => wanted.has(user.name) || couldLogIn(root, accounts, user))
    .map((user) => factsOf(root, release, accounts, user, wanted.get(user.name)))
}

/** System accounts have neither a password nor keys: only what could log in is worth a word. */
function couldLogIn(root: Tree, accounts: Accounts, user: PasswdEntry): boolean {
  const password = passwordOf(accounts, user)
  return (
    password === 'usable' ||
    password === 'empty' ||
    keysFilesOf(user, ['.ssh']).some((path) => root.lstat(root.resolve(path)) !== undefined)
  )
}

function factsOf(
  root: Tree,
  release: Release,
  accounts: Accounts,
  user: PasswdEntry,
  wanted: { admin: boolean } | undefined,
): AccountFacts {
  const groups = groupsOf(accounts, user)
  const connection = { user: user.name, groups, address: LAN_CLIENT }
  const sshd = effectiveFor(root, release, connection)
  const files = keysFilesOf(user, sshd.authorizedKeysFile)
  const shadow = accounts.shadow.find((entry) => entry.name === user.name)
  return {
    name: user.name,
    wanted: wanted !== undefined,
    admin: wanted?.admin ?? false,
    shell: { path: user.shell, usable: shellOpens(root, user.shell) },
    password: passwordOf(accounts, user),
    mustChangePassword: shadow?.rest[0] === '0',
    expires: dayOf(shadow?.rest[5]),
    keys: files.flatMap((file) => keysIn(root, file).map((entry) => keyFacts(root, entry, sshd))),
    strictModes: files
      .map((file) => keysFileRefusal(root, accounts, user, file, sshd.strictModes))
      .find((reason) => reason !== undefined),
    sshd: {
      refused:
        sshd.errors[0] === undefined
          ? (refusal(root, accounts, sshd, connection) ?? shutForAll(sshd, release))
          : brokenConfig(sshd),
      ...methodsOf(sshd, user, passwordOf(accounts, user) === 'usable'),
    },
    sudo: sudoFacts(root, user, groups),
  }
}

/** With `rootpw` and the like sudo asks for root's password, and root has none. */
function sudoFacts(root: Tree, user: PasswdEntry, groups: readonly string[]): AccountFacts['sudo'] {
  const hostname = new TextDecoder().decode(root.read('/etc/hostname') ?? new Uint8Array()).trim()
  const sudoers = readSudoers(root, hostname)
  const { allowed, needsPassword, passwordOf } = sudoFor(sudoers, { user: user.name, uid: user.uid, groups, hostname })
  return { root: allowed && !(needsPassword && passwordOf === 'root'), needsPassword }
}

function brokenConfig(sshd: SshdEffective): string {
  const error = sshd.errors[0] as SshdEffective['errors'][number]
  return `sshd would not start: ${error.at.file}:${error.at.line}: ${error.message}`
}

function keysIn(root: Tree, file: string): readonly AuthorizedKeyEntry[] {
  const path = root.resolve(file)
  const content = root.lstat(path)?.kind === 'file' ? root.read(path) : undefined
  return content === undefined ? [] : parseAuthorizedKeys(new TextDecoder().decode(content))
}

function keyFacts(root: Tree, entry: AuthorizedKeyEntry, sshd: SshdEffective): KeyFacts {
  const key = parsePublicKey(`${entry.type} ${entry.blob}`)
  const option = (name: string) => entry.options.find((o) => o.name === name)
  const refused = 'reason' in key ? key.message : (keyRefusal(sshd, key) ?? revokedBy(root, sshd, entry.blob))
  return {
    type: entry.type,
    fingerprint: 'reason' in key ? `${entry.type} in line ${entry.line}` : key.fingerprint,
    from: reachOf(option('from')?.value),
    expires: dateOf(option('expiry-time')?.value),
    command: option('command') !== undefined,
    refused,
  }
}

function reachOf(from: string | undefined): Reach {
  return from === undefined ? 'everywhere' : from.split(',').filter((pattern) => !pattern.startsWith('!'))
}

/** `20270101Z` → `2027-01-01` (sshd(8), expiry-time). */
function dateOf(text: string | undefined): string | undefined {
  const parts = /^(\d{4})(\d{2})(\d{2})/.exec(text ?? '')
  return parts === null ? undefined : `${parts[1]}-${parts[2]}-${parts[3]}`
}

/** Days since 1970 (shadow(5)) → `YYYY-MM-DD`. */
function dayOf(days: string | undefined): string | undefined {
  if (days === undefined || !/^\d+$/.test(days)) return undefined
  return new Date(Number(days) * 86_400_000).toISOString().slice(0, 10)
}

function passwordOf(accounts: Accounts, user: PasswdEntry): AccountFacts['password'] {
  const field = accounts.shadow.find((entry) => entry.name === user.name)?.password ?? user.password
  if (field === '') return 'empty'
  if (field.startsWith('!')) return 'locked'
  return /^\$(?:y|gy|7|6|5|2[aby]|1)\$/.test(field) ? 'usable' : 'none'
}

/** nologin and false are programs, but they let nobody in. */
function shellOpens(root: Tree, shell: string): boolean {
  const path = root.resolve(shell === '' ? '/bin/sh' : shell)
  const entry = root.lstat(path)
  return entry?.kind === 'file' && (entry.mode & 0o111) !== 0 && !/\/(nologin|false)$/.test(path)
}
