const POLYNOMIAL = 0x04c11db7

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24
  for (let bit = 0; bit < 8; bit++) sum = sum < 0 ? (sum << 1) ^ POLYNOMIAL : sum << 1
  return sum
})

/** CRC-32 with the highest bit first and without inversions, going on from `sum`: the checksum of the first version. */
export function crc32be(sum: number, bytes: Uint8Array): number {
  let c = sum
  for (const byte of bytes) c = (c << 8) ^ (TABLE[((c >>> 24) ^ byte) & 0xff] as number)
  return c >>> 0
}
