import type { Problem, SpecPath } from '../../base/report/report.ts'
import type { Release } from '../../device/inspect/inventory.ts'
import { algorithmsIn, algorithmsOf, type ListedKind } from '../../device/sshd/algorithms.ts'
import { canonical } from '../../device/sshd/keywords.ts'
import { matchPattern } from '../../device/sshd/patterns.ts'

/** Algorithms that pibake takes from what sshd has by itself. */
interface TakenOut {
  readonly keyword: string
  readonly kind: ListedKind
  readonly patterns: string
  readonly because: string
  /** What the strict profile has in their place: these and no others, in this order, as far as the sshd of the image knows them. */
  readonly strict?: readonly string[]
}

/**
 * Subtracted rather than listed: the names differ between releases and their updates, and an unknown one would keep sshd
 * from starting. What is left, ssh-audit finds no fault with. The lists of the strict profile are those of its policy
 * "Hardened Debian 12", version 2, but for a type of host key that the device does not have.
 */
export const takenOut: readonly TakenOut[] = [
  {
    keyword: 'KexAlgorithms',
    kind: 'kex',
    patterns: 'ecdh-sha2-*,diffie-hellman-group1-*,diffie-hellman-group14-*,diffie-hellman-group-exchange-sha1',
    because: 'ssh-audit: NIST curves, short groups, SHA-1',
    strict: [
      'sntrup761x25519-sha512@openssh.com',
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group18-sha512',
      'diffie-hellman-group-exchange-sha256',
    ],
  },
  {
    keyword: 'Ciphers',
    kind: 'cipher',
    patterns: '*-cbc',
    because: 'ssh-audit: CBC',
    strict: [
      'chacha20-poly1305@openssh.com',
      'aes256-gcm@openssh.com',
      'aes256-ctr',
      'aes192-ctr',
      'aes128-gcm@openssh.com',
      'aes128-ctr',
    ],
  },
  {
    keyword: 'MACs',
    kind: 'mac',
    patterns: 'umac-64*,hmac-sha1*,hmac-md5*,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512',
    because: 'ssh-audit: SHA-1, short tags, encrypt-and-MAC',
    strict: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'umac-128-etm@openssh.com'],
  },
  {
    keyword: 'HostKeyAlgorithms',
    kind: 'key',
    patterns: 'ecdsa-*,sk-ecdsa-*,ssh-rsa*,ssh-dss*',
    because: 'ssh-audit: NIST curves, SHA-1',
    strict: ['ssh-ed25519', 'rsa-sha2-512', 'rsa-sha2-256'],
  },
  { keyword: 'PubkeyAcceptedAlgorithms', kind: 'key', patterns: 'ssh-rsa*,ssh-dss*', because: 'no SHA-1 signatures' },
]

/** The value of the keyword for the sshd of an image. @param hasRsa whether the device has an RSA host key */
export function algorithmList(
  { kind, keyword, patterns, strict }: TakenOut,
  { release, isStrict, hasRsa }: { readonly release: Release; readonly isStrict: boolean; readonly hasRsa: boolean },
): string {
  const isLacking = (name: string) => keyword === 'HostKeyAlgorithms' && !hasRsa && name.startsWith('rsa-')
  if (!isStrict || strict === undefined) return `-${patterns}${isLacking('rsa-') ? ',rsa-*' : ''}`
  const known = new Set(algorithmsOf(release, kind))
  return strict.filter((name) => known.has(name) && !isLacking(name)).join(',')
}

/** What a line brings back of what pibake takes out, and the value that does what else the line wants. */
interface BroughtBack {
  readonly message: string
  readonly hint: string
}

/** @returns undefined: nothing, or the keyword is another one */
export function broughtBack(release: Release, keyword: string, value: string): BroughtBack | undefined {
  const own = takenOut.find((entry) => entry.keyword.toLowerCase() === canonical(keyword))
  if (own === undefined) return undefined
  const { kind, patterns, because } = own
  const isOut = (name: string) => patterns.split(',').some((pattern) => matchPattern(name, pattern))
  const names = algorithmsIn(release, kind, value).filter(isOut)
  if (names.length === 0) return undefined
  return {
    message: `it brings back what pibake takes out (${because}): ${names.join(', ')}`,
    hint: hintFor(own, release, value, names),
  }
}

function hintFor({ kind, patterns }: TakenOut, release: Release, value: string, names: readonly string[]): string {
  if (value.startsWith('-')) return `to take these out beside them: -${patterns},${value.slice(1)}`
  const asked = algorithmsIn(release, kind, value.replace(/^[+^]/, ''))
  const rest = algorithmsIn(release, kind, `-${patterns}`)
  const isAdded = /^[+^]/.test(value)
  const left = isAdded ? [...new Set([...rest, ...asked])] : asked.filter((name) => !names.includes(name))
  const isMeant = isAdded && names.some((name) => !asked.includes(name))
  if (isMeant) return `to add what it names alone: ${left.join(',')}`
  return left.length === 0 ? 'leave it out' : `without them: ${left.filter((name) => !names.includes(name)).join(',')}`
}

/** The warning for a line of the spec. */
export function algorithmWarning(release: Release, keyword: string, value: string, path: SpecPath): Problem[] {
  const found = broughtBack(release, keyword, value)
  return found === undefined ? [] : [{ severity: 'warning', code: 'SSH017', path, ...found }]
}
