import { crc32 } from '../../src/base/bytes/crc32.ts'
import { FOOTER_SIZE, HEADER_SIZE } from '../../src/storage/archive/xz-format.ts'
import { BLOCK, seal } from '../../src/storage/tar/header.ts'

const fieldsOf = ({ buffer, byteOffset, length }: Uint8Array) => new DataView(buffer, byteOffset, length)

/** Makes the sums of a GPT right: of its entries, then of its header (UEFI, 5.3.2). */
export function repairGpt(bytes: Uint8Array): void {
  if (bytes.length < 2 * BLOCK) return
  const header = bytes.subarray(BLOCK, 2 * BLOCK)
  const fields = fieldsOf(header)
  const start = Number(fields.getBigUint64(72, true)) * BLOCK
  const length = fields.getUint32(80, true) * fields.getUint32(84, true)
  if (start + length <= bytes.length) fields.setUint32(88, crc32(bytes.subarray(start, start + length)), true)
  fields.setUint32(16, 0, true)
  fields.setUint32(16, crc32(header.subarray(0, Math.min(BLOCK, fields.getUint32(12, true)))), true)
}

/** Makes the sums of an .xz file's header, footer and index right (The .xz File Format 1.2.1). */
export function repairXz(bytes: Uint8Array): void {
  if (bytes.length < HEADER_SIZE + FOOTER_SIZE + 8) return
  const fields = fieldsOf(bytes)
  fields.setUint32(8, crc32(bytes.subarray(6, 8)), true)
  const footer = bytes.length - FOOTER_SIZE
  const index = footer - (fields.getUint32(footer + 4, true) + 1) * 4
  if (index >= HEADER_SIZE && index + 8 <= footer)
    fields.setUint32(footer - 4, crc32(bytes.subarray(index, footer - 4)), true)
  fields.setUint32(footer, crc32(bytes.subarray(footer + 4, footer + 10)), true)
}

/** Makes the sums of a tar's headers right: of each block that says it is one. */
export function repairTar(bytes: Uint8Array): void {
  for (let at = 0; at + BLOCK <= bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK)
    if (Buffer.from(block.buffer, block.byteOffset + 257, 5).toString('latin1') === 'ustar') seal(block)
  }
}
