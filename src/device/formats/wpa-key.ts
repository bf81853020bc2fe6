import { hex, utf8 } from '../../base/host/bytes.ts'
import { pbkdf2Sha1 } from '../../base/host/hash.ts'

/** 8 to 63 printable characters of ASCII (IEEE 802.11, annex J.4). */
const PASSPHRASE = /^[ -~]{8,63}$/
const KEY = /^[0-9A-Fa-f]{64}$/

/** What stands in the file of a password of WPA. */
export function wpaPasswordKind(text: string): 'passphrase' | 'key' | undefined {
  if (KEY.test(text)) return 'key'
  return PASSPHRASE.test(text) ? 'passphrase' : undefined
}

/**
 * The key that WPA2 makes of a passphrase and the name of a network (IEEE 802.11, annex J.4), as wpa_passphrase(8) prints
 * it: with it a device joins this network, and nobody learns the passphrase from it but by guessing.
 */
export function wpaKey(passphrase: string, ssid: string): string {
  return hex(pbkdf2Sha1(utf8(passphrase), utf8(ssid), 4096, 32))
}
