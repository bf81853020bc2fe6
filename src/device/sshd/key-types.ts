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
  const accepted = acceptedAlgorithms(effective.pubkeyAcceptedAlgorithms)
  // An RSA key signs with either of the SHA-2 algorithms; ssh-rsa names the key and the SHA-1 signature.
  const needed = key.type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [key.type]
  if (!needed.some((name) => accepted.includes(name))) return `PubkeyAcceptedAlgorithms does not hold ${key.type}`
  if (key.type === 'ssh-rsa' && key.bits < effective.requiredRsaSize) {
    return `it has ${key.bits} bits, RequiredRSASize wants ${effective.requiredRsaSize}`
  }
  return undefined
}

/** `+list`, `-list`, `^list` change the defaults, a plain list replaces them (sshd_config(5), kex.c). */
function acceptedAlgorithms(value: string | undefined): readonly string[] {
  if (value === undefined) return DEFAULTS
  const patterns = value.replace(/^[-+^]/, '').split(',')
  const named = (name: string) => patterns.some((pattern) => matchPattern(name, pattern))
  if (value.startsWith('-')) return DEFAULTS.filter((name) => !named(name))
  if (/^[+^]/.test(value)) return [...DEFAULTS, ...patterns]
  return DEFAULTS.filter(named)
}
