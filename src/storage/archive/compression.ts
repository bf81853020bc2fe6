/** How a file is packed: not at all, or in one of three formats. */
export type Compression = 'none' | 'xz' | 'zst' | 'gz'

/** The same of a file that is read alone. */
export type Packing = Compression | 'zip'

/** The first bytes of a file of each format; the skippable frame, with which a .zst may start, has 16 magic numbers. */
const MAGICS: readonly { readonly kind: Packing; readonly bytes: readonly number[] }[] = [
  { kind: 'xz', bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { kind: 'zst', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { kind: 'gz', bytes: [0x1f, 0x8b] },
  { kind: 'zip', bytes: [0x50, 0x4b, 0x03, 0x04] },
  // With nothing in it.
  { kind: 'zip', bytes: [0x50, 0x4b, 0x05, 0x06] },
]

/** What the first bytes of a file (six are enough) say that it is. */
export function compressionOf(firstBytes: Uint8Array): Packing {
  const magic = MAGICS.find(({ bytes }) => bytes.every((byte, index) => firstBytes[index] === byte))
  return magic?.kind ?? (isSkippable(firstBytes) ? 'zst' : 'none')
}

/** What a file of this name is to be: its last ending decides, in any case of letters. */
export function compressionForName(name: string): Compression {
  const ending = /\.t?(xz|zst|gz)$/i.exec(name)?.[1]?.toLowerCase()
  return ending === 'xz' || ending === 'zst' || ending === 'gz' ? ending : 'none'
}

/** RFC 8878, 3.1.2: 0x184D2A50 to 0x184D2A5F, little-endian. */
function isSkippable(bytes: Uint8Array): boolean {
  const [first = 0, ...rest] = bytes.subarray(0, 4)
  return first >> 4 === 5 && rest.length === 3 && [0x2a, 0x4d, 0x18].every((byte, index) => rest[index] === byte)
}
