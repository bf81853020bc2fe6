import { createHash, pbkdf2Sync } from 'node:crypto'

/** The MD5 digest of pieces of bytes, one after the other: 16 bytes. dpkg's lists have it; it proves nothing against an attacker. */
export const md5 = digestBy('md5')
/** The SHA-1 digest of pieces of bytes, one after the other: 20 bytes. */
export const sha1 = digestBy('sha1')
/** The SHA-256 digest of pieces of bytes, one after the other: 32 bytes. */
export const sha256 = digestBy('sha256')
/** The SHA-512 digest of pieces of bytes, one after the other: 64 bytes. */
export const sha512 = digestBy('sha512')

/** PBKDF2 with HMAC-SHA-1 (RFC 8018): `length` bytes. */
export function pbkdf2Sha1(password: Uint8Array, salt: Uint8Array, rounds: number, length: number): Uint8Array {
  return plain(pbkdf2Sync(password, salt, rounds, length, 'sha1'))
}

function digestBy(algorithm: string): (...pieces: readonly Uint8Array[]) => Uint8Array {
  return (...pieces) => {
    const hash = createHash(algorithm)
    for (const piece of pieces) hash.update(piece)
    return plain(hash.digest())
  }
}

/** Seen as no Buffer: its `slice` and `toString` are not those of a Uint8Array. */
function plain({ buffer, byteOffset, byteLength }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
