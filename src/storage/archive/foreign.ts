import { TargetError } from '../../base/errors.ts'

/** A file that is neither an image, nor a tar, nor packed in a way that pibake reads: what it is, and what makes it usable. */
interface Foreign {
  readonly name: string
  /** Whether the first bytes of a file are its. */
  readonly isIt: (head: Uint8Array) => boolean
  readonly hint: (file: string) => string
}

/** So many bytes tell. */
export const FOREIGN_HEAD = 512

const unpack = (command: string) => (file: string) => `unpack it first: ${command} ${file}`
/** Without a name for what comes out, lz4 writes to its standard output where that is not a terminal. */
const unpackLz4 = (file: string) =>
  `unpack it first: lz4 -d ${file} ${file.endsWith('.lz4') ? file.slice(0, -4) : 'card.img'}`
const convert = (file: string) => `make a raw image of it: qemu-img convert -O raw ${file} card.img`
const again = () =>
  'the download failed: open the address in a browser to see what it says, and download the image again'

/** Magic numbers as file(1) has them. */
const FOREIGN: readonly Foreign[] = [
  {
    name: 'the first part of a zip archive in several',
    isIt: magic('504b0708'),
    hint: () => 'join the parts first: zip -s 0 NAME.zip --out whole.zip',
  },
  { name: 'a 7z archive', isIt: magic('377abcaf271c'), hint: unpack('7z x') },
  { name: 'a rar archive', isIt: magic('526172211a07'), hint: unpack('unrar x') },
  { name: 'packed by bzip2', isIt: isBzip2, hint: unpack('bunzip2 --keep') },
  { name: 'packed by lz4', isIt: magic('04224d18'), hint: unpackLz4 },
  { name: 'packed by lzip', isIt: magic('4c5a4950'), hint: unpack('lzip --decompress --keep') },
  { name: 'packed as .lzma', isIt: isLzma, hint: unpack('unlzma --keep') },
  {
    name: 'a sparse image of Android',
    isIt: magic('3aff26ed'),
    hint: (file) => `take the .img beside it, as rpi-image-gen makes both, or unpack it: simg2img ${file} card.img`,
  },
  { name: 'a qcow2 image', isIt: magic('514649fb'), hint: convert },
  { name: 'a VHD image', isIt: magic('636f6e6563746978'), hint: convert },
  { name: 'a VHDX image', isIt: magic('7668647866696c65'), hint: convert },
  { name: 'a VMDK image', isIt: magic('4b444d56'), hint: convert },
  { name: 'the description of a VMDK image', isIt: begins('# disk descriptorfile'), hint: convert },
  { name: 'a VDI image', isIt: magic('7f10dabe', 64), hint: convert },
  { name: 'an HTML page', isIt: begins('<!doctype html', '<html', '<head'), hint: again },
  { name: 'an XML text', isIt: begins('<?xml'), hint: again },
]

/**
 * Names a file that is of another kind, by its first bytes.
 *
 * @param head the first {@link FOREIGN_HEAD} bytes, or all if there are fewer
 * @throws TargetError saying what it is, and what to do
 */
export function assertNotForeign(head: Uint8Array, file: string): void {
  const found = FOREIGN.find(({ isIt }) => isIt(head))
  if (found !== undefined) throw new TargetError(`${file}: it is ${found.name}`, { hint: found.hint(file) })
}

function magic(hex: string, offset = 0): Foreign['isIt'] {
  const bytes = (hex.match(/../g) ?? []).map((digits) => Number.parseInt(digits, 16))
  return (head) => bytes.every((byte, i) => head[offset + i] === byte)
}

/** Texts in lower case; blanks and a byte order mark before them do not count. */
function begins(...texts: readonly string[]): Foreign['isIt'] {
  return (head) => {
    const text = new TextDecoder().decode(head).trimStart().toLowerCase()
    return texts.some((one) => text.startsWith(one))
  }
}

/** "BZh", the size of its blocks in a digit, and the number with which a block begins. */
function isBzip2(head: Uint8Array): boolean {
  return /^BZh[1-9]1AY&SY/.test(String.fromCharCode(...head.subarray(0, 10)))
}

/**
 * It has no magic number (xz(1), "The .lzma File Format"): the usual properties (lc=3 lp=0 pb=2), a dictionary of 2^n or
 * 2^n + 2^(n-1) bytes, and a size that is unknown or below 256 GiB.
 */
function isLzma(head: Uint8Array): boolean {
  if (head.length < 13 || head[0] !== 0x5d) return false
  const fields = new DataView(head.buffer, head.byteOffset, 13)
  const dictionary = fields.getUint32(1, true)
  const rest = dictionary & (dictionary - 1)
  const isUsual = dictionary >= 4096 && (rest === 0 || dictionary === rest * 1.5)
  const high = fields.getUint32(9, true)
  return isUsual && (high < 64 || (high === 0xffffffff && fields.getUint32(5, true) === 0xffffffff))
}
