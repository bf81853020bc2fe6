import { Secret } from '../../base/secret.ts'
import { publicLineOf } from './openssh-private-key.ts'
import { type PublicKey, parsePublicKey } from './public-key.ts'

/** The host keys that a device has, by their names in `ssh_host_NAME_key`, and the types that stand in their files. */
export const HOST_KEY_TYPES = { ed25519: 'ssh-ed25519', rsa: 'ssh-rsa' } as const

export type HostKeyName = keyof typeof HOST_KEY_TYPES

export const HOST_KEY_NAMES = Object.keys(HOST_KEY_TYPES) as readonly HostKeyName[]

/** A key by which a device proves to be itself. */
export interface HostKey {
  /** The text of the private key file. */
  readonly privateKey: Secret
  readonly publicKey: PublicKey
}

/** The types of `ssh.hostKeyTypes`, each with the name of its key and its bits, where they can be chosen. */
export const HOST_KEYS_BY_TYPE = {
  ed25519: { name: 'ed25519', bits: undefined },
  rsa: { name: 'rsa', bits: 3072 },
  'rsa-4096': { name: 'rsa', bits: 4096 },
} as const

export type HostKeys = Readonly<Partial<Record<HostKeyName, HostKey>>>

/** Reads a private key file; undefined when it is not a whole key of that type which sshd can use. */
export function parseHostKey(name: HostKeyName, text: string): HostKey | undefined {
  const line = publicLineOf(text)
  const publicKey = line === undefined ? undefined : parsePublicKey(line)
  if (publicKey === undefined || 'reason' in publicKey || publicKey.type !== HOST_KEY_TYPES[name]) return undefined
  return { privateKey: new Secret(text), publicKey }
}

/** The comment that ssh-keygen gives a device's keys. */
export function hostKeyComment(hostname: string): string {
  return `root@${hostname}`
}
