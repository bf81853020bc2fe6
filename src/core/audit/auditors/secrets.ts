import { latin1Text } from '../../../base/host/bytes.ts'
import { readable } from '../../../storage/tree/readable.ts'
import { sharedFiles } from '../../controls/shared-identity.ts'
import type { Auditor, Sighting } from '../finding.ts'
import { placed } from '../places.ts'

/** Names under which private keys lie about; what is in the file decides. */
const KEY_NAMES = /\.(key|pem|ppk|p8)$|^id_\w+$|_(rsa|ed25519|ecdsa)$/
const KEY = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----|^PuTTY-User-Key-File-\d/

/** Names of files in which programs of people keep passwords and tokens, and a line that does. */
const SECRET_NAMES = /^(?:\.env(?:\.\w+)?|secrets?\.(?:ya?ml|json|toml|env)|credentials(?:\.json)?|\.smbcredentials)$/
const SECRET = /^\s*["']?\w*(?:pass(?:word|wd)?|secret|token|api_?key)\w*["']?\s*[:=]\s*["']?[^\s"'#{$][^\s"'#]{3,}/im

const WIFI = '/etc/NetworkManager/system-connections/'

/** Secrets of no account's own: private keys, passwords of programs, passphrases of networks. */
export const secrets: Auditor = ({ device: { root, accounts } }) => {
  // Found by where they are, whatever they hold.
  const shared = new Set(sharedFiles({ root, accounts }).map(({ path }) => path))
  return placed(root).flatMap(({ path, entry }): readonly Sighting[] => {
    if (entry.kind !== 'file' || entry.size === 0 || entry.size > MAX) return []
    const name = path.slice(path.lastIndexOf('/') + 1)
    const text = () => latin1Text(readable(root, path) ?? new Uint8Array())
    const at = (line: number | undefined) => ({ file: path, line })
    if (KEY_NAMES.test(name) && !shared.has(path) && KEY.test(text())) {
      return [{ rule: 'private-key', subject: path, at: at(undefined), because: 'it holds a private key' }]
    }
    if (SECRET_NAMES.test(name)) {
      const line = lineOf(text(), SECRET)
      return line === 0 ? [] : [{ rule: 'token', subject: path, at: at(line), because: 'this line holds a secret' }]
    }
    if (path.startsWith(WIFI) || path === '/etc/wpa_supplicant/wpa_supplicant.conf') {
      const line = lineOf(text(), /^\s*(?:psk|password)\s*=\s*\S/)
      const because = 'this line holds what every copy of the image can log into a network with'
      return line === 0 ? [] : [{ rule: 'network-password', subject: path, at: at(line), because }]
    }
    if (path === '/etc/fstab') {
      const line = lineOf(text(), /^[^#]*[\s,]pass(?:word)?=[^\s,]/)
      const because = 'this line holds the password of a share'
      return line === 0 ? [] : [{ rule: 'network-password', subject: path, at: at(line), because }]
    }
    return []
  })
}

/** Larger ones hold something else. */
const MAX = 64 << 10

/** A longer line is data, and patterns would take long for it. */
const LONGEST = 1000

/** From 1; 0: none. */
function lineOf(text: string, pattern: RegExp): number {
  return text.split('\n').findIndex((line) => line.length <= LONGEST && pattern.test(line)) + 1
}
