import { utf8 } from '../host/bytes.ts'
import { assertVisible, EncodeError, type Encoder } from './encode.ts'

/**
 * A value in a GLib key file, as NetworkManager's profiles are (nm-settings-keyfile(5)): the reader drops spaces around a
 * value and takes a backslash for the start of `\s`, `\n`, `\t`, `\r` or `\\`.
 */
export const keyfile: Encoder = (value) => {
  assertVisible(value)
  return value
    .replaceAll('\\', '\\\\')
    .replace(/^ +/, (spaces) => '\\s'.repeat(spaces.length))
    .replace(/ +$/, (spaces) => '\\s'.repeat(spaces.length))
}

/**
 * A network's name for `ssid=`: as it is when it is plain, else as the list of its bytes, which is the other form that
 * NetworkManager reads; so a name that looks like such a list, or holds a semicolon, keeps its meaning.
 *
 * @throws EncodeError unless it is 1 to 32 bytes long (IEEE 802.11)
 */
export function ssidValue(ssid: string): string {
  const bytes = utf8(ssid)
  if (bytes.length < 1 || bytes.length > 32) throw new EncodeError('must be 1 to 32 bytes long')
  if (/^[A-Za-z0-9_.-]+(?: [A-Za-z0-9_.-]+)*$/.test(ssid)) return ssid
  return [...bytes].map((byte) => `${byte};`).join('')
}

/** @throws EncodeError unless it is a WPA passphrase (8 to 63 printable ASCII characters) or a key of 64 hex digits */
export function pskValue(psk: string): string {
  if (!/^(?:[ -~]{8,63}|[0-9A-Fa-f]{64})$/.test(psk)) throw new EncodeError('not a WPA passphrase or key')
  return psk
}
