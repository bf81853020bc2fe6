import { createHash } from 'node:crypto'
import { type BlockRange, BMAP_BLOCK } from './bmap-ranges.ts'
import { OutputError } from './errors.ts'

/** Which blocks of an image hold something, for tools that write only these (bmaptool; Raspberry Pi Imager). */
export interface Bmap {
  /** Of the image, decoded, in bytes. */
  readonly imageSize: number
  /** Sorted, apart. */
  readonly ranges: readonly BlockRange[]
}

const NOTHING = '0'.repeat(64)

/**
 * A bmap file, format 2.0 (bmap-tools, BmapCreate.py). Blocks of 4096 bytes; SHA-256; the file's own checksum is made
 * with zeros in its place.
 */
export function bmapText({ imageSize, ranges }: Bmap): string {
  const mapped = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0)
  const lines = [
    '<?xml version="1.0" ?>',
    '<bmap version="2.0">',
    `  <ImageSize> ${imageSize} </ImageSize>`,
    `  <BlockSize> ${BMAP_BLOCK} </BlockSize>`,
    `  <BlocksCount> ${Math.ceil(imageSize / BMAP_BLOCK)} </BlocksCount>`,
    `  <MappedBlocksCount> ${mapped} </MappedBlocksCount>`,
    '  <ChecksumType> sha256 </ChecksumType>',
    `  <BmapFileChecksum> ${NOTHING} </BmapFileChecksum>`,
    '  <BlockMap>',
    ...ranges.map(rangeLine),
    '  </BlockMap>',
    '</bmap>',
  ]
  const text = `${lines.join('\n')}\n`
  return text.replace(NOTHING, sha256(text))
}

function rangeLine({ first, last, sha256 }: BlockRange): string {
  const chksum = sha256 === undefined ? '' : ` chksum="${sha256}"`
  return `    <Range${chksum}> ${first === last ? first : `${first}-${last}`} </Range>`
}

/**
 * Reads a bmap file of format 2.0 with SHA-256 and blocks of 4096 bytes, as bmaptool and {@link bmapText} write it.
 *
 * @throws OutputError for any other, for one that was changed or cut off, and for one that contradicts itself
 */
export function parseBmap(text: string): Bmap {
  const refuse = (reason: string) => new OutputError(`the bmap cannot be used: ${reason}`)
  const body = text.replaceAll(/<!--[\s\S]*?-->/g, '')
  if (!/^\s*(?:<\?xml[^?]*\?>)?\s*<bmap version="2\.0"\s*>[\s\S]*<\/bmap>\s*$/.test(body)) {
    throw refuse('it is not a whole file of format 2.0')
  }
  const one = (name: string): string => {
    const found = [...body.matchAll(new RegExp(`<${name}>([^<>]*)</${name}>`, 'g'))]
    const [value] = found
    if (value?.[1] === undefined || found.length > 1) throw refuse(`it has not one ${name}`)
    return value[1].trim()
  }
  const count = (digits: string): number => {
    const value = Number(digits)
    if (!/^\d+$/.test(digits) || !Number.isSafeInteger(value)) throw refuse(`'${digits.slice(0, 40)}' is not a number`)
    return value
  }
  if (one('ChecksumType') !== 'sha256') throw refuse('its checksums are not SHA-256')
  if (count(one('BlockSize')) !== BMAP_BLOCK) throw refuse(`its blocks are not of ${BMAP_BLOCK} bytes`)
  const own = one('BmapFileChecksum')
  if (!/^[0-9a-f]{64}$/.test(own) || sha256(text.replace(own, NOTHING)) !== own) {
    throw refuse('its own checksum is wrong')
  }
  const imageSize = count(one('ImageSize'))
  const blocks = Math.ceil(imageSize / BMAP_BLOCK)
  if (count(one('BlocksCount')) !== blocks) throw refuse('image size and number of blocks differ')

  const ranges: BlockRange[] = []
  for (const [element, attributes = '', content = ''] of body.matchAll(/<Range([^<>]*)>([^<>]*)<\/Range>/g)) {
    const [, checksum] = /^\s+chksum="([0-9a-f]{64})"\s*$/.exec(attributes) ?? []
    const [, first, last = first] = /^\s*(\d+)(?:\s*-\s*(\d+))?\s*$/.exec(content) ?? []
    if (first === undefined || last === undefined || (checksum === undefined && attributes.trim() !== '')) {
      throw refuse(`'${element.slice(0, 120)}' is not a range`)
    }
    const range = { first: count(first), last: count(last), sha256: checksum }
    if (range.first > range.last || range.first <= (ranges.at(-1)?.last ?? -1) || range.last >= blocks) {
      throw refuse(`range ${content.trim()} is out of order or beyond the image`)
    }
    ranges.push(range)
  }
  const mapped = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0)
  if (count(one('MappedBlocksCount')) !== mapped) throw refuse('ranges and number of mapped blocks differ')
  return { imageSize, ranges }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
