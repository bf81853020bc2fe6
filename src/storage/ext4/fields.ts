/** The numbers of the disk: unsigned and little-endian, all but the journal's. Beyond the end there are zeros. */
export function get8(bytes: Uint8Array, offset: number): number {
  return bytes[offset] ?? 0
}

export function get16(bytes: Uint8Array, offset: number): number {
  return get8(bytes, offset) | (get8(bytes, offset + 1) << 8)
}

export function get32(bytes: Uint8Array, offset: number): number {
  return get16(bytes, offset) + get16(bytes, offset + 2) * 0x10000
}

export function put16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value
  bytes[offset + 1] = value >>> 8
}

/** Of a number above 32 bits, the low 32. */
export function put32(bytes: Uint8Array, offset: number, value: number): void {
  put16(bytes, offset, value)
  put16(bytes, offset + 2, Math.floor(value / 0x10000))
}

/** What is above the low 32 bits. */
export function high32(value: number): number {
  return Math.floor(value / 2 ** 32)
}

/** `length` rounded up to whole pieces of `unit`. */
export function roundUp(length: number, unit: number): number {
  return Math.ceil(length / unit) * unit
}
