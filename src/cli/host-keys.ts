import { generateKeyPairSync } from 'node:crypto'
import { bakesHostKeys } from '../core/controls/host-keys.ts'
import { hostnameOf } from '../core/controls/hostname.ts'
import type { Spec } from '../core/spec-file/spec.ts'
import {
  HOST_KEY_NAMES,
  HOST_KEY_TYPES,
  type HostKeyName,
  type HostKeys,
  hostKeyComment,
  parseHostKey,
} from '../device/formats/host-key.ts'
import { openSshPrivateKey } from '../device/formats/openssh-private-key.ts'
import type { Tree } from '../storage/tree/tree.ts'

/** The length that ssh-keygen gives RSA keys. */
const RSA_BITS = 3072

/**
 * Makes the host keys that the spec wants made beforehand and that are not among `have`. They are made in this process
 * and touch no disk, so nothing of them is left behind when it ends early.
 *
 * @param root the device's root partition, whose name stands in the comment
 */
export function newHostKeysFor(spec: Spec, root: Tree, have: HostKeys): HostKeys {
  if (!bakesHostKeys(spec)) return {}
  const comment = hostKeyComment(hostnameOf(spec, root))
  const missing = HOST_KEY_NAMES.filter((name) => have[name] === undefined)
  return Object.fromEntries(missing.map((name) => [name, makeHostKey(name, comment)]))
}

function makeHostKey(name: HostKeyName, comment: string) {
  const pair = name === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: RSA_BITS }) : generateKeyPairSync('ed25519')
  const text = openSshPrivateKey(HOST_KEY_TYPES[name], pair.privateKey.export({ format: 'jwk' }), comment)
  const key = parseHostKey(name, text)
  if (key === undefined) throw new Error(`the new ${name} host key cannot be read back`)
  return key
}
