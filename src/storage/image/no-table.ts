import type { Bytes } from '../../base/bytes/bytes.ts'
import { TargetError } from '../../base/errors.ts'
import { contentOf } from './content.ts'

/** Where POSIX has "ustar" in a tar's first header. */
const USTAR = { at: 257, text: 'ustar' }

/** An image whose first sector is not a partition table: what it is instead, as far as its first bytes tell. */
export function noTable(bytes: Bytes, label: string, what: string): TargetError {
  const content = contentOf(bytes, 0, bytes.size)
  if (content !== undefined) {
    const name = content === 'fat' ? 'FAT' : content
    return new TargetError(`${label}: ${what}: it is a bare file system (${name}), one partition of a card`, {
      hint: `give an image of the whole card, or mount the two partitions, e.g. "mount -o loop ${label} /mnt", and use --boot and --root`,
    })
  }
  if (isTar(bytes)) {
    return new TargetError(`${label}: ${what}: it is a tar archive`, {
      hint: 'name it .tar (.tar.xz, .tar.zst, .tar.gz), and OUT likewise, for pibake bake',
    })
  }
  return new TargetError(`${label}: ${what}`, { hint: 'give an image of a whole card, not of one partition' })
}

function isTar(bytes: Bytes): boolean {
  if (bytes.size < 512) return false
  return new TextDecoder().decode(bytes.read(USTAR.at, USTAR.text.length)) === USTAR.text
}
