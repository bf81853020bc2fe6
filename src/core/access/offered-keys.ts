import { remembered } from '../../base/remembered.ts'
import type { PasswdEntry } from '../../device/formats/accounts.ts'
import { type AuthorizedKeyEntry, parseAuthorizedKeys } from '../../device/formats/authorized-keys.ts'
import { parsePublicKey } from '../../device/formats/public-key.ts'
import type { SshdConfig } from '../../device/sshd/config.ts'
import type { SshdEffective } from '../../device/sshd/effective.ts'
import { textAt } from '../../device/sshd/files.ts'
import { keyRefusal } from '../../device/sshd/key-types.ts'
import type { Connection } from '../../device/sshd/match.ts'
import { isAmong } from '../../device/sshd/patterns.ts'
import { revokedBy } from '../../device/sshd/revoked.ts'
import { keysFilesOf } from '../../device/sshd/strict-modes.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { KeyFacts } from './facts.ts'

/** A key of a file, and what sshd makes of it for one client. */
export interface OfferedKey {
  /** `FILE:LINE` */
  readonly id: string
  readonly facts: Omit<KeyFacts, 'from' | 'refused'>
  readonly refused: string | undefined
  /** The file may be read, and the client is where the key is good. */
  readonly isRead: boolean
  readonly isFrom: boolean
}

export function offer(
  root: Tree,
  file: string,
  entry: AuthorizedKeyEntry,
  sshd: SshdEffective,
  connection: Connection,
  isRead: boolean,
): OfferedKey {
  const key = parsePublicKey(`${entry.type} ${entry.blob}`)
  const option = (name: string) => entry.options.find((o) => o.name === name)
  const from = option('from')?.value
  const question = { text: `from="${from}"`, at: { file, line: entry.line } }
  return {
    id: `${file}:${entry.line}`,
    facts: {
      type: entry.type,
      fingerprint: 'reason' in key ? `${entry.type} in line ${entry.line}` : key.fingerprint,
      expires: dateOf(option('expiry-time')?.value),
      command: option('command') !== undefined,
      noTerminal: isWithoutTerminal(entry),
      isVerified: option('verify-required') !== undefined,
    },
    refused:
      optionRefusal(entry) ??
      ('reason' in key ? key.message : (keyRefusal(sshd, key) ?? revokedBy(root, sshd, entry.blob))),
    isRead,
    isFrom: from === undefined || (isAmong(connection, from) ?? connection.guess?.(question) ?? false),
  }
}

const OPTIONS = new Set(
  `agent-forwarding cert-authority command environment expiry-time from no-agent-forwarding no-port-forwarding no-pty
  no-touch-required no-user-rc no-verify-required no-x11-forwarding permitlisten permitopen port-forwarding principals pty
  restrict touch-required tunnel user-rc verify-required x11-forwarding`.split(/\s+/),
)

/** An unknown option, and sshd passes the line over; with cert-authority the key is none to log in with (auth-options.c). */
function optionRefusal({ options }: AuthorizedKeyEntry): string | undefined {
  const unknown = options.find(({ name }) => !OPTIONS.has(name))
  if (unknown !== undefined) return `its option ${unknown.name} is unknown to sshd`
  return options.some(({ name }) => name === 'cert-authority') ? 'it is an authority for certificates' : undefined
}

/** The last of them counts (auth-options.c). */
function isWithoutTerminal({ options }: AuthorizedKeyEntry): boolean {
  const last = options.findLast(({ name }) => ['restrict', 'no-pty', 'pty'].includes(name))
  return last !== undefined && last.name !== 'pty'
}

/** Every file of keys that sshd could look into for a user, whatever the connection. */
export function keysFilesEver(root: Tree, config: SshdConfig, user: PasswdEntry): readonly string[] {
  return keysFilesOf(root, config.release, user, patternsEver(config))
}

const patternsEver = remembered((config: SshdConfig): readonly string[] => {
  const set = config.directives.filter(({ keyword }) => keyword === 'authorizedkeysfile').flatMap(({ args }) => args)
  return [...new Set([...set, '.ssh/authorized_keys', '.ssh/authorized_keys2'])]
})

/** Accounts may share a file. */
export const keysIn = remembered((root: Tree, file: string): readonly AuthorizedKeyEntry[] =>
  parseAuthorizedKeys(textAt(root, file) ?? ''),
)

/** `20270101Z` → `2027-01-01` (sshd(8), expiry-time). */
function dateOf(text: string | undefined): string | undefined {
  const parts = /^(\d{4})(\d{2})(\d{2})/.exec(text ?? '')
  return parts === null ? undefined : `${parts[1]}-${parts[2]}-${parts[3]}`
}
