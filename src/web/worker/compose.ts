import type { Bytes } from '../../base/bytes/bytes.ts'
import type { Extent } from '../../storage/image/edit.ts'
import { privateFile } from './scratch.ts'

/** A part of what is saved: new bytes, or a range of the image. */
type Part = Uint8Array | { readonly from: number; readonly to: number }

/** Bytes that are copied at once. */
const PIECE = 1 << 20
/** Firefox takes a Blob into the memory of its main process as a whole when it is of more ranges of files than this … */
const MOST_RANGES = 8
/** … or has more than this in memory (kMaxAttachmentThreshold in nsMultiplexInputStream.cpp; the second is measured). */
const MOST_IN_MEMORY = 1 << 20

/** The image with the extents in it, of which nothing is copied: ranges of the image, and what is new between them. */
export function composed(base: Blob, extents: readonly Extent[]): Blob {
  return new Blob(partsOf(base.size, extents).map((part) => (isRange(part) ? rangeOf(base, part) : own(part))))
}

/**
 * The same bytes in so few ranges that Firefox reads them from the disk when it saves them: the longest ranges of the image
 * stay, and all between them is copied to a private file. Where there are none, as {@link composed}.
 */
export async function composedOfFew(base: Blob, bytes: Bytes, extents: readonly Extent[]): Promise<Blob> {
  const parts = partsOf(base.size, extents)
  const inMemory = parts.reduce((sum, part) => sum + (isRange(part) ? 0 : part.length), 0)
  if (parts.filter(isRange).length <= MOST_RANGES && inMemory <= MOST_IN_MEMORY) return composed(base, extents)
  const file = await privateFile()
  if (file === undefined) return composed(base, extents)
  const kept = keptOf(parts)
  /** Ranges of the image, and of the file. */
  const few: { readonly isOwn: boolean; readonly from: number; readonly to: number }[] = []
  let [size, start] = [0, 0]
  const close = () => {
    if (size > start) few.push({ isOwn: true, from: start, to: size })
    start = size
  }
  const write = (piece: Uint8Array) => {
    file.write(piece)
    size += piece.length
  }
  try {
    for (const part of parts) {
      if (!isRange(part)) write(part)
      else if (kept.has(part)) {
        close()
        few.push({ isOwn: false, ...part })
      } else {
        for (let at = part.from; at < part.to; at += PIECE) write(bytes.read(at, Math.min(PIECE, part.to - at)))
      }
    }
    close()
    const copied = await file.finish()
    return new Blob(few.map((range) => rangeOf(range.isOwn ? copied : base, range)))
  } finally {
    file.close()
  }
}

function partsOf(size: number, extents: readonly Extent[]): Part[] {
  const parts: Part[] = []
  let at = 0
  for (const { offset, bytes } of extents) {
    if (offset > at) parts.push({ from: at, to: offset })
    parts.push(bytes)
    at = offset + bytes.length
  }
  if (at < size) parts.push({ from: at, to: size })
  return parts
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

function isRange(part: Part): part is Exclude<Part, Uint8Array> {
  return 'from' in part
}

function rangeOf(blob: Blob, { from, to }: { readonly from: number; readonly to: number }): Blob {
  return blob.slice(from, to)
}

/** In a buffer of its own: a Blob takes no shared one. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}
