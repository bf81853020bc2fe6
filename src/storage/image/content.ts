import type { Bytes } from '../../base/bytes/bytes.ts'
import { fieldsOf } from '../../base/bytes/fields.ts'

/** What a partition, or a whole image without a table, holds. */
export type Content = 'fat' | 'ext4' | 'LUKS' | 'LVM' | 'btrfs' | 'f2fs' | 'xfs' | 'erofs' | 'squashfs' | 'swap'

/** A magic number: bytes in hex at an offset. */
type Magic = readonly [content: Content, offset: number, hex: string]

/** LUKS 1 and 2, "LUKS" BA BE; ext2/3/4, 0xEF53 in the superblock: what was there before may have left its own number. */
const FIRST: readonly Magic[] = [
  ['LUKS', 0, '4c554b53babe'],
  ['ext4', 1024 + 56, '53ef'],
]
/**
 * xfs "XFSB"; squashfs "hsqs"; LVM2 "LABELONE" in its second sector; f2fs and erofs at the start of their superblocks; swap
 * at the end of a page of 4 KiB; btrfs "_BHRfS_M".
 */
const OTHERS: readonly Magic[] = [
  ['xfs', 0, '58465342'],
  ['squashfs', 0, '68737173'],
  ['LVM', 512, '4c4142454c4f4e45'],
  ['f2fs', 1024, '1020f5f2'],
  ['erofs', 1024, 'e2e1f5e0'],
  ['swap', 4096 - 10, '53574150535041434532'],
  ['btrfs', 65_536 + 64, '5f42485266535f4d'],
]

/** What `size` bytes from `offset` on hold, by their magic numbers; `undefined`: none that is known. */
export function contentOf(bytes: Bytes, offset: number, size: number): Content | undefined {
  const among = (magics: readonly Magic[]) =>
    magics.find(([, at, hex]) => at + hex.length / 2 <= size && hexAt(bytes, offset + at, hex.length) === hex)?.[0]
  const isFat = () => size >= 512 && isBootSector(fieldsOf(bytes.read(offset, 512)))
  return among(FIRST) ?? (isFat() ? 'fat' : among(OTHERS))
}

function hexAt(bytes: Bytes, offset: number, digits: number): string {
  return Array.from(bytes.read(offset, digits / 2), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** FAT's boot sector: a jump, sector and cluster sizes, 55 AA at 510. */
function isBootSector(fields: DataView): boolean {
  const jump = fields.getUint8(0)
  const perCluster = fields.getUint8(13)
  return (
    fields.getUint16(510, true) === 0xaa55 &&
    (jump === 0xeb || jump === 0xe9) &&
    [512, 1024, 2048, 4096].includes(fields.getUint16(11, true)) &&
    perCluster > 0 &&
    (perCluster & (perCluster - 1)) === 0 &&
    (fields.getUint8(16) === 1 || fields.getUint8(16) === 2)
  )
}
