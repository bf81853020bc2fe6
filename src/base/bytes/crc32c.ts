/** The Castagnoli polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78

/** Table `k` holds what a byte does to the sum when `k` more bytes follow it: eight bytes are taken at a time. */
const tables: readonly Int32Array[] = makeTables()
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
]

function makeTables(): Int32Array[] {
  const first = new Int32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let sum = byte
    for (let bit = 0; bit < 8; bit++) sum = (sum & 1) === 1 ? (sum >>> 1) ^ POLYNOMIAL : sum >>> 1
    first[byte] = sum
  }
  const all = [first]
  for (let k = 1; k < 8; k++) {
    const before = all[k - 1] as Int32Array
    all.push(before.map((sum) => (sum >>> 8) ^ at(first, sum & 0xff)))
  }
  return all
}

function at(table: Int32Array | Uint8Array, index: number): number {
  return table[index] as number
}

/**
 * CRC-32C of `bytes` from `start` to `end`, going on from `sum`, without the inversions before and after that other
 * formats have: what ext4 calls its checksum (Linux Documentation/filesystems/ext4, "Checksums").
 */
export function crc32c(sum: number, bytes: Uint8Array, start = 0, end = bytes.length): number {
  let c = sum | 0
  let i = start
  for (const last = end - 8; i <= last; i += 8) {
    c ^= at(bytes, i) | (at(bytes, i + 1) << 8) | (at(bytes, i + 2) << 16) | (at(bytes, i + 3) << 24)
    c =
      at(t7, c & 0xff) ^
      at(t6, (c >>> 8) & 0xff) ^
      at(t5, (c >>> 16) & 0xff) ^
      at(t4, c >>> 24) ^
      at(t3, at(bytes, i + 4)) ^
      at(t2, at(bytes, i + 5)) ^
      at(t1, at(bytes, i + 6)) ^
      at(t0, at(bytes, i + 7))
  }
  for (; i < end; i++) c = (c >>> 8) ^ at(t0, (c ^ at(bytes, i)) & 0xff)
  return c >>> 0
}

/** The same of one 32-bit number, as it lies on the disk. */
export function crc32cOfWord(sum: number, word: number): number {
  const c = sum ^ word
  return (at(t3, c & 0xff) ^ at(t2, (c >>> 8) & 0xff) ^ at(t1, (c >>> 16) & 0xff) ^ at(t0, c >>> 24)) >>> 0
}

/** The same of bytes whose `length` bytes at `offset`, where the checksum itself is, count as zeros. */
export function crc32cWithout(sum: number, bytes: Uint8Array, offset: number, length: number): number {
  const before = crc32c(sum, bytes, 0, offset)
  return crc32c(crc32c(before, new Uint8Array(length)), bytes, offset + length)
}
