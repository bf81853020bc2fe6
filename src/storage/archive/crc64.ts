import { fieldsOf } from '../../base/bytes/fields.ts'

/**
 * CRC-64 of ECMA-182, reflected, as .xz uses it (tukaani.org/xz/xz-file-format.txt, 3.4). Numbers of 64 bits are slow in
 * JavaScript, so each is two halves; four tables take four bytes a step.
 */
const LOW = 0xd7870f42
const HIGH = 0xc96c5795

const low = new Int32Array(4 * 256)
const high = new Int32Array(4 * 256)
for (let table = 0; table < 4; table++) {
  for (let byte = 0; byte < 256; byte++) fillEntry(table, byte)
}

function fillEntry(table: number, byte: number): void {
  const before = (table - 1) * 256 + byte
  let lo = table === 0 ? byte : (low[before] ?? 0)
  let hi = table === 0 ? 0 : (high[before] ?? 0)
  for (let bit = 0; bit < 8; bit++) {
    const isOdd = (lo & 1) === 1
    lo = (lo >>> 1) | (hi << 31)
    hi = hi >>> 1
    if (isOdd) {
      lo ^= LOW
      hi ^= HIGH
    }
  }
  low[table * 256 + byte] = lo
  high[table * 256 + byte] = hi
}

/** The eight bytes of the check, in the file's order. */
export function crc64(bytes: Uint8Array): Uint8Array {
  let lo = -1
  let hi = -1
  const last = bytes.length - (bytes.length % 4)
  for (let at = 0; at < last; at += 4) {
    const a = 768 + (((bytes[at] ?? 0) ^ lo) & 255)
    const b = 512 + (((bytes[at + 1] ?? 0) ^ (lo >>> 8)) & 255)
    const c = 256 + (((bytes[at + 2] ?? 0) ^ (lo >>> 16)) & 255)
    const d = ((bytes[at + 3] ?? 0) ^ (lo >>> 24)) & 255
    lo = hi ^ (low[a] ?? 0) ^ (low[b] ?? 0) ^ (low[c] ?? 0) ^ (low[d] ?? 0)
    hi = (high[a] ?? 0) ^ (high[b] ?? 0) ^ (high[c] ?? 0) ^ (high[d] ?? 0)
  }
  for (let at = last; at < bytes.length; at++) {
    const entry = ((bytes[at] ?? 0) ^ lo) & 255
    lo = ((lo >>> 8) | (hi << 24)) ^ (low[entry] ?? 0)
    hi = (hi >>> 8) ^ (high[entry] ?? 0)
  }
  const check = new Uint8Array(8)
  fieldsOf(check).setInt32(0, ~lo, true)
  fieldsOf(check).setInt32(4, ~hi, true)
  return check
}
