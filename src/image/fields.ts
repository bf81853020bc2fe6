/** The little-endian fields of a piece of a disk. */
export function fieldsOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
