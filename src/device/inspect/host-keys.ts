import type { Tree } from '../../storage/tree/tree.ts'
import { HOST_KEY_NAMES, type HostKeyName, type HostKeys, hostKeyComment, parseHostKey } from '../formats/host-key.ts'

/** On the device until its first start: the private keys that were made for it. */
export const BAKED_KEYS = '/etc/pibake/first-boot/host-keys.d'

/** The file of a private host key, by the name that sshd gives it. */
export function hostKeyFile(directory: string, name: HostKeyName): string {
  return `${directory}/ssh_host_${name}_key`
}

/**
 * The host keys that a target has already, and that must stay. Before the first start: those that an earlier apply made
 * for this host name; with another name, the device is another one. After it: those that the device has in force.
 */
export function hostKeysIn(root: Tree, hostname: string): HostKeys {
  const found = HOST_KEY_NAMES.flatMap((name) => {
    const baked = keyAt(root, hostKeyFile(BAKED_KEYS, name), name)
    const isForThis = baked?.publicKey.comment === hostKeyComment(hostname)
    const key = isForThis ? baked : keyAt(root, hostKeyFile('/etc/ssh', name), name)
    return key === undefined ? [] : [[name, key] as const]
  })
  return Object.fromEntries(found)
}

function keyAt(root: Tree, path: string, name: HostKeyName) {
  const content = root.lstat(path)?.kind === 'file' ? root.read(path) : undefined
  return content === undefined ? undefined : parseHostKey(name, new TextDecoder().decode(content))
}
