import { utf8 } from '../../base/host/bytes.ts'
import { sha512 } from '../../base/host/hash.ts'

const B64 = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/**
 * SHA512-crypt, `$6$` of crypt(5), after Ulrich Drepper's "Unix crypt using SHA-256 and SHA-512" 0.6. Written here, for
 * the package on npm that is kept up is wrong for passwords of 64, 128 … bytes.
 *
 * @param salt 1 to 16 characters of [./0-9A-Za-z]
 * @param rounds 1000 to 999999999
 */
export function sha512crypt(password: string, salt: string, rounds: number): string {
  const key = utf8(password)
  const saltBytes = utf8(salt)
  const alternate = sha512(key, saltBytes, key)
  const start = [key, saltBytes, repeat(alternate, key.length)]
  for (let bits = key.length; bits > 0; bits >>= 1) start.push((bits & 1) === 1 ? alternate : key)
  let digest = sha512(...start)
  const p = repeat(sha512(...Array<Uint8Array>(key.length).fill(key)), key.length)
  const s = repeat(sha512(...Array<Uint8Array>(16 + (digest[0] as number)).fill(saltBytes)), saltBytes.length)
  for (let round = 0; round < rounds; round += 1) {
    const odd = round % 2 === 1
    const parts = [odd ? p : digest]
    if (round % 3 !== 0) parts.push(s)
    if (round % 7 !== 0) parts.push(p)
    parts.push(odd ? digest : p)
    digest = sha512(...parts)
  }
  return `$6$rounds=${rounds}$${salt}$${encode(digest)}`
}

/** The bytes again and again, up to a length. */
function repeat(bytes: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => bytes[i % bytes.length] as number)
}

/** The digest in crypt's own order: three bytes, 21 apart and turned by one place each time, give four characters. */
function encode(digest: Uint8Array): string {
  let text = ''
  for (let i = 0; i < 21; i += 1) {
    const triple = [i, i + 21, i + 42]
    const [a, b, c] = [0, 1, 2].map((k) => digest[triple[(k + i) % 3] as number] as number) as [number, number, number]
    text += quads((a << 16) | (b << 8) | c, 4)
  }
  return text + quads(digest[63] as number, 2)
}

function quads(value: number, count: number): string {
  return Array.from({ length: count }, (_, i) => B64[(value >> (6 * i)) & 63]).join('')
}

/** A salt of 16 characters from 12 random bytes. */
export function saltOf(random: Uint8Array): string {
  const bits = [...random].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{6}/g) ?? []).map((six) => B64[Number.parseInt(six, 2)]).join('')
}
