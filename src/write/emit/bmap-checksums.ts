import type { Piece } from '../../storage/image/partitions.ts'
import { type BlockRange, BMAP_BLOCK } from './bmap-ranges.ts'
import type { Bmap } from './bmap-xml.ts'

/**
 * Takes over, from the bmap of the image that this one was made from, the checksums of ranges that did not change. The
 * ranges are cut where those ranges begin and end.
 *
 * @param ranges what this image uses, sorted
 * @param base the older image's bmap; it must be right, for nobody looks at the bytes
 * @param changed what differs between the two images
 */
export function keepChecksums(ranges: readonly BlockRange[], base: Bmap, changed: readonly Piece[]): BlockRange[] {
  const touched = changed
    .filter(({ length }) => length > 0)
    .map(({ offset, length }) => ({
      first: Math.floor(offset / BMAP_BLOCK),
      last: Math.floor((offset + length - 1) / BMAP_BLOCK),
    }))
  const runs = runsOf(ranges)
  const kept = base.ranges
    .filter(({ sha256 }) => sha256 !== undefined)
    .filter((range) => !touched.some((other) => other.first <= range.last && range.first <= other.last))
    .filter((range) => runs.some(({ first, last }) => first <= range.first && range.last <= last))
    .sort(byPlace)
  return [...without(ranges, kept), ...kept].sort(byPlace)
}

const byPlace = (a: BlockRange, b: BlockRange) => a.first - b.first

/** Ranges that touch, as one. */
function runsOf(ranges: readonly BlockRange[]): { first: number; last: number }[] {
  const runs: { first: number; last: number }[] = []
  for (const { first, last } of ranges) {
    const before = runs.at(-1)
    if (before !== undefined && before.last + 1 === first) before.last = last
    else runs.push({ first, last })
  }
  return runs
}

/** What of `ranges` lies in none of `others`, both sorted; a range that stays whole keeps its checksum. */
function without(ranges: readonly BlockRange[], others: readonly BlockRange[]): BlockRange[] {
  const left: BlockRange[] = []
  let index = 0
  for (const range of ranges) {
    let next = range.first
    for (let other = others[index]; other !== undefined && other.first <= range.last; other = others[index]) {
      if (next < other.first) left.push({ first: next, last: other.first - 1 })
      next = Math.max(next, other.last + 1)
      if (other.last > range.last) break
      index += 1
    }
    if (next === range.first) left.push(range)
    else if (next <= range.last) left.push({ first: next, last: range.last })
  }
  return left
}
