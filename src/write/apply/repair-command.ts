import { shellWord } from '../../base/encode/shell-word.ts'

/** What unpacks an image to a file without its last ending. */
const UNPACKERS: Readonly<Record<string, string>> = { xz: 'xz -dk', zst: 'zstd -dk', gz: 'gunzip -k' }

/**
 * The command line that has a program of Linux repair one partition of an image: e2fsck can enter an image by itself, but
 * not replay a journal there; fsck.vfat cannot.
 *
 * @param place in bytes from the image's start
 */
export function repairCommand(program: string, image: string, place: { offset: number; size: number }): string {
  const [, unpacked = image, ending = ''] = /^(.+)\.(xz|zst|gz)$/.exec(image) ?? []
  const unpacker = UNPACKERS[ending]
  return [
    ...(unpacker === undefined ? [] : [`${unpacker} ${shellWord(image)}`]),
    `L=$(sudo losetup -f --show -o ${place.offset} --sizelimit ${place.size} ${shellWord(unpacked)})`,
    `sudo ${program} "$L"`,
    'sudo losetup -d "$L"',
  ].join('; ')
}

/** What {@link growCommand} makes. */
export const LARGER = 'larger.img'

/**
 * The command line that copies an image, unpacked, to {@link LARGER}, with an ext4 partition that is larger. It needs no root. The
 * partition is taken out meanwhile: inside an image, resize2fs cuts the file at the size of the file system.
 *
 * @param place in bytes from the image's start; nothing lies behind it
 * @param more bytes, a multiple of a MiB
 */
export function growCommand(
  image: string,
  { number, offset, size }: { number: number; offset: number; size: number },
  more: number,
): string {
  const [, ending = ''] = /\.(xz|zst|gz|zip)$/.exec(image) ?? []
  return [
    COPIERS[ending]?.(shellWord(image)) ?? `cp --sparse=always ${shellWord(image)} ${LARGER}`,
    `tail -c +${offset + 1} ${LARGER} | head -c ${size} > root.img`,
    `truncate -s ${size + more} root.img`,
    'e2fsck -fy root.img',
    'resize2fs root.img',
    `truncate -s +${more / 2 ** 20}M ${LARGER}`,
    `echo ', ${Math.floor((size + more) / 512)}' | sfdisk -N ${number} ${LARGER}`,
    `dd if=root.img of=${LARGER} bs=4M seek=${offset} oflag=seek_bytes conv=notrunc`,
    'rm root.img',
  ].join('; ')
}

const COPIERS: Readonly<Record<string, (image: string) => string>> = {
  xz: (image) => `xz -dc ${image} > ${LARGER}`,
  zst: (image) => `zstd -dc ${image} > ${LARGER}`,
  gz: (image) => `gzip -dc ${image} > ${LARGER}`,
  zip: (image) => `unzip -p ${image} '*.img' > ${LARGER}`,
}
