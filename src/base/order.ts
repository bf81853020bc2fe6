import { compare, utf8 } from './host/bytes.ts'

/** The first of the code units that come in pairs: below them UTF-16 has the order of UTF-8. */
const PAIRS = 0xd800

/** Compares two strings by their UTF-8 bytes: the same order on every machine, whatever its locale. */
export function bytewise(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x === y) continue
    return x < PAIRS && y < PAIRS ? x - y : compare(utf8(a), utf8(b))
  }
  return a.length - b.length
}
