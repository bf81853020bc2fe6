import type { SshdEffective } from './effective.ts'
import { matchPattern } from './patterns.ts'

/** Signature algorithms that sshd of Debian 12 and 13 accepts unless told otherwise (`sshd -T`, certificates aside). */
const DEFAULTS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
  'rsa-sha2-512',
  'rsa-sha2-256',
]

/** Why sshd would not take a key of this type and size (bits); undefined: it would. */
export function keyRefusal(effective: SshdEffective, key: { type: string; bits: number }): string | undefined {
  return refusedBy(effective, key, 'PubkeyAcceptedAlgorithms')
}

/** Why sshd would take no certificate of an authority; undefined: it would take some. */
export function authorityRefusal(effective: SshdEffective, key: { type: string; bits: number }): string | undefined {
  const value = effective.pubkeyAcceptedAlgorithms
  const isAny = CERTIFICATES.some((name) => acceptedAlgorithms(value, CERTIFICATES).includes(name))
  return isAny ? refusedBy(effective, key, 'CASignatureAlgorithms') : 'PubkeyAcceptedAlgorithms holds no certificates'
}

/** Of which the keys are good ones. */
const CERTIFICATES = DEFAULTS.map((name) => `${name.replace('@openssh.com', '')}-cert-v01@openssh.com`)

/** Both keywords have the same algorithms unless told otherwise. */
function refusedBy(
  effective: SshdEffective,
  key: { type: string; bits: number },
  keyword: 'PubkeyAcceptedAlgorithms' | 'CASignatureAlgorithms',
): string | undefined {
  const accepted = acceptedAlgorithms(effective.value(keyword))
  // An RSA key signs with either of the SHA-2 algorithms; ssh-rsa names the key and the SHA-1 signature.
  const needed = key.type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [key.type]
  if (!needed.some((name) => accepted.includes(name))) return `${keyword} does not hold ${key.type}`
  if (key.type === 'ssh-rsa' && key.bits < effective.requiredRsaSize) {
    return `it has ${key.bits} bits, RequiredRSASize wants ${effective.requiredRsaSize}`
  }
  return undefined
}

/** `+list`, `-list`, `^list` change the defaults, a plain list replaces them (sshd_config(5), kex.c). */
function acceptedAlgorithms(value: string | undefined, all: readonly string[] = DEFAULTS): readonly string[] {
  if (value === undefined) return all
  const patterns = value.replace(/^[-+^]/, '').split(',')
  const named = (name: string) => patterns.some((pattern) => matchPattern(name, pattern))
  if (value.startsWith('-')) return all.filter((name) => !named(name))
  if (/^[+^]/.test(value)) return [...all, ...patterns]
  return all.filter(named)
}
