import { generateKeyPairSync } from 'node:crypto'
import { bakesHostKeys } from '../core/controls/host-keys.ts'
import { hostnameOf } from '../core/controls/hostname.ts'
import type { Spec } from '../core/spec-file/spec.ts'
import {
  HOST_KEY_TYPES,
  HOST_KEYS_BY_TYPE,
  type HostKeys,
  hostKeyComment,
  parseHostKey,
} from '../device/formats/host-key.ts'
import { openSshPrivateKey } from '../device/formats/openssh-private-key.ts'
import type { Tree } from '../storage/tree/tree.ts'

/**
 * Makes the host keys that the spec wants made beforehand and that are not among `have`. They are made in this process
 * and touch no disk, so nothing of them is left behind when it ends early.
 *
 * @param root the device's root partition, whose name stands in the comment
 */
export function newHostKeysFor(spec: Spec, root: Tree, have: HostKeys): HostKeys {
  if (!bakesHostKeys(spec)) return {}
  const comment = hostKeyComment(hostnameOf(spec, root))
  const missing = spec.ssh.hostKeyTypes.filter((type) => have[HOST_KEYS_BY_TYPE[type].name] === undefined)
  return Object.fromEntries(missing.map((type) => [HOST_KEYS_BY_TYPE[type].name, makeHostKey(type, comment)]))
}

function makeHostKey(type: keyof typeof HOST_KEYS_BY_TYPE, comment: string) {
  const { name, bits } = HOST_KEYS_BY_TYPE[type]
  const pair = bits === undefined ? generateKeyPairSync('ed25519') : generateKeyPairSync('rsa', { modulusLength: bits })
  const text = openSshPrivateKey(HOST_KEY_TYPES[name], pair.privateKey.export({ format: 'jwk' }), comment)
  const key = parseHostKey(name, text)
  if (key === undefined) throw new Error(`the new ${name} host key cannot be read back`)
  return key
}
