import { md5 as legacyMd5, sha1 as legacySha1 } from '@noble/hashes/legacy.js'
import { pbkdf2 } from '@noble/hashes/pbkdf2.js'
import { sha256 as noble256, sha512 as noble512 } from '@noble/hashes/sha2.js'

/** The digests of `src/base/host/hash.ts` in JavaScript: those of a browser (Web Crypto) are asynchronous. */
export const md5 = digestBy(legacyMd5)
export const sha1 = digestBy(legacySha1)
export const sha256 = digestBy(noble256)
export const sha512 = digestBy(noble512)

/** PBKDF2 with HMAC-SHA-1 (RFC 8018): `length` bytes. */
export function pbkdf2Sha1(password: Uint8Array, salt: Uint8Array, rounds: number, length: number): Uint8Array {
  return pbkdf2(legacySha1, password, salt, { c: rounds, dkLen: length })
}

function digestBy(algorithm: typeof noble256 | typeof noble512 | typeof legacyMd5 | typeof legacySha1) {
  return (...pieces: readonly Uint8Array[]): Uint8Array => {
    const hash = algorithm.create()
    for (const piece of pieces) hash.update(piece)
    return hash.digest()
  }
}
