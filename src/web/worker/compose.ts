import type { XzPart } from '../../storage/archive/xz-stored.ts'
import type { Extent } from '../../storage/image/edit.ts'
import { BlobBytes } from './blob-bytes.ts'
import { type Range, Ranges } from './ranges.ts'
import { privateFile, scratchFile } from './scratch.ts'
import type { OnProgress } from './streams.ts'

/** A part of what is saved: new bytes, or a range of a file. */
type Part = Uint8Array | Range

/** Bytes that are copied at once. */
const PIECE = 1 << 20
/** Firefox takes a Blob into the memory of its main process as a whole when it is of more ranges of files than this … */
const MOST_RANGES = 8
/** … or has more than this in memory (kMaxAttachmentThreshold in nsMultiplexInputStream.cpp; the second is measured). */
const MOST_IN_MEMORY = 1 << 20

/** The image with the extents in it, of which nothing is copied: ranges of the image, and what is new between them. */
export function imageParts(base: Blob, extents: readonly Extent[]): Part[] {
  const parts: Part[] = []
  let at = 0
  for (const { offset, bytes } of extents) {
    if (offset > at) parts.push({ blob: base, from: at, to: offset })
    parts.push(bytes)
    at = offset + bytes.length
  }
  if (at < base.size) parts.push({ blob: base, from: at, to: base.size })
  return parts
}

/** An .xz file of which some blocks are made anew: ranges of the file, and of one that has what is new. */
export async function xzParts(base: Blob, parts: Iterable<XzPart>, onProgress: OnProgress): Promise<Part[]> {
  const file = await scratchFile()
  try {
    const ranges = new Ranges(file)
    for (const part of parts) {
      if (part instanceof Uint8Array) ranges.write(part)
      else {
        ranges.keep({ blob: base, ...part })
        onProgress(part.to / base.size)
      }
    }
    return await ranges.finish()
  } finally {
    file.close()
  }
}

/** The parts as one. */
export function composed(parts: readonly Part[]): Blob {
  return new Blob(parts.map((part) => (isRange(part) ? part.blob.slice(part.from, part.to) : own(part))))
}

/**
 * The same bytes in so few ranges that Firefox reads them from the disk when it saves them: the longest ranges stay, and all
 * between them is copied to a private file. Where there are none, as {@link composed}.
 */
export async function composedOfFew(parts: readonly Part[]): Promise<Blob> {
  const inMemory = parts.reduce((sum, part) => sum + (isRange(part) ? 0 : part.length), 0)
  if (parts.filter(isRange).length <= MOST_RANGES && inMemory <= MOST_IN_MEMORY) return composed(parts)
  const file = await privateFile()
  if (file === undefined) return composed(parts)
  const kept = keptOf(parts)
  const ranges = new Ranges(file)
  try {
    for (const part of parts) {
      if (!isRange(part)) ranges.write(part)
      else if (kept.has(part)) ranges.keep(part)
      else for (const piece of piecesOf(part)) ranges.write(piece)
    }
    return composed(await ranges.finish())
  } finally {
    file.close()
  }
}

/** The longest ranges, as many as stay with what lies between them within the limit. */
function keptOf(parts: readonly Part[]): ReadonlySet<Part> {
  const longest = parts.filter(isRange).sort((a, b) => b.to - b.from - (a.to - a.from))
  for (let count = MOST_RANGES; count > 0; count--) {
    const kept = new Set<Part>(longest.slice(0, count))
    const between = parts.filter((part, i) => !kept.has(part) && (i === 0 || kept.has(parts[i - 1] as Part)))
    if (kept.size + between.length <= MOST_RANGES) return kept
  }
  return new Set()
}

function* piecesOf({ blob, from, to }: Range): Generator<Uint8Array, void, undefined> {
  const bytes = new BlobBytes(blob)
  for (let at = from; at < to; at += PIECE) yield bytes.read(at, Math.min(PIECE, to - at))
}

function isRange(part: Part): part is Range {
  return 'blob' in part
}

/** In a buffer of its own: a Blob takes no shared one. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}
