/** What Node's Buffer does and a Uint8Array does not, written so that it runs wherever JavaScript does. */

const encoder = new TextEncoder()
// As Buffer reads: a byte order mark is a character, and what is not UTF-8 becomes U+FFFD.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Pieces in one array, which is new. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

export function equals(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  const [x, y] = [viewOf(a), viewOf(b)]
  let at = 0
  // Four at a time takes a third of the time: a file allocation table is compared as a whole.
  for (; at + 4 <= a.length; at += 4) if (x.getInt32(at) !== y.getInt32(at)) return false
  for (; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

/** The order of two pieces of bytes: less than 0, 0 or more than 0, as `sort` wants it; the start of another is less. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** The bytes of a text in UTF-8; half a pair of code units becomes U+FFFD. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

export function utf8Text(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** A byte for each code unit, of which the lower eight bits count. */
export function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

/** What a function may be called with at once, well below every engine's limit. */
const ARGUMENTS = 8192

/** A character for each byte, U+0000 to U+00FF. Not TextDecoder's "latin1", which is windows-1252. */
export function latin1Text(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += ARGUMENTS) {
    text += Reflect.apply(String.fromCharCode, undefined, bytes.subarray(at, at + ARGUMENTS))
  }
  return text
}

const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Two small digits for each byte. */
export function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += PAIRS[byte]
  return text
}

/** @param digits an even number of hex digits */
export function fromHex(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const SIX_BITS: ReadonlyMap<string, number> = new Map(
  [...BASE64, ...BASE64.replace('+/', '-_')].map((digit, i) => [digit, i % 64]),
)

/** With the padding of RFC 4648. */
export function base64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const three = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    for (let shift = 18; shift >= 0; shift -= 6) text += BASE64[(three >> shift) & 63]
  }
  const missing = (3 - (bytes.length % 3)) % 3
  return missing === 0 ? text : text.slice(0, -missing) + '='.repeat(missing)
}

/**
 * Of both alphabets of RFC 4648. As lenient as Buffer: other characters are passed over, the first `=` ends it, and so do
 * bits that make no whole byte.
 */
export function fromBase64(text: string): Uint8Array {
  const bytes: number[] = []
  let [bits, count] = [0, 0]
  for (const character of text) {
    if (character === '=') break
    const six = SIX_BITS.get(character)
    if (six === undefined) continue
    bits = ((bits << 6) | six) & 0xffff
    count += 6
    if (count < 8) continue
    count -= 8
    bytes.push((bits >> count) & 0xff)
  }
  return Uint8Array.from(bytes)
}
