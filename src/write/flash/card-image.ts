import { eachDecoded } from '../../storage/archive/each-decoded.ts'
import type { Extent } from '../../storage/image/edit.ts'
import { edited } from '../../storage/image/edited-bytes.ts'
import type { Piece, UsedPartition } from '../../storage/image/partitions.ts'
import type { BaseImage } from '../bake/base-image.ts'
import { BMAP_BLOCK, blockRanges, usedPieces } from '../emit/bmap-ranges.ts'
import { Ring } from './ring.ts'

/**
 * The start of a card: partition table, and a GPT's entries. It is written last, so that a card that was not finished has
 * no partitions.
 */
export const HEAD = 1024 * 1024
/** Bytes that are written and read at once, and have a digest of their own. */
export const PIECE = 1024 * 1024

/** Is given the pieces in their order. The bytes are lent until what is returned settles; it may be called again before that. */
type TakePiece = (piece: Piece, bytes: Uint8Array) => Promise<void>

/** An image on its way to cards. */
export interface CardImage {
  /** In bytes; a card must be at least as large. */
  readonly size: number
  /** The first {@link HEAD} bytes, or all if there are fewer. */
  readonly head: Uint8Array
  /** What holds something behind the head: sorted, apart, each of at most {@link PIECE} bytes, beginning at a block. */
  readonly pieces: readonly Piece[]
  /**
   * Reads or decodes the image once, from its start to its end, and gives each piece as it is to be on the card.
   *
   * @throws TargetError when the image is damaged or was changed meanwhile, Interrupted, and what `take` throws
   */
  each(take: TakePiece, signal: AbortSignal): Promise<void>
}

/**
 * What of an image has to reach a card: what its file systems use, zeros too, and all that is outside of them. Blocks that
 * the file systems count as free are left out: these never expect zeros there, so that what a used card still holds in them
 * is never seen.
 *
 * A bmap beside the image is not taken for that. One that was made from a sparse file leaves out its holes, and these may
 * lie in blocks that a file system uses and expects to be zero; on a used card they are not.
 *
 * @param partitions those whose file systems were read; of all others everything is written
 */
export function cardImage(
  base: BaseImage,
  { extents, partitions }: { readonly extents: readonly Extent[]; readonly partitions: readonly UsedPartition[] },
): CardImage {
  const { size } = base.bytes
  const headSize = Math.min(HEAD, size)
  const pieces = piecesOf(size, usedPieces(size, partitions)).filter(({ offset }) => offset >= HEAD)
  return {
    size,
    // A copy: what an archive gives is a view of its cache.
    head: new Uint8Array(edited(base.bytes.read(0, headSize), 0, extents)),
    pieces,
    each: async (take, signal) => {
      const ring = new Ring(PIECE)
      const lend = (piece: Piece, bytes: Uint8Array) => ring.lend(take(piece, edited(bytes, piece.offset, extents)))
      try {
        if (base.kind === 'xz' || base.kind === 'zst') await eachOfArchive(base, pieces, ring, lend, signal)
        else await eachOfFile(base, pieces, ring, lend, signal)
      } finally {
        await ring.settled()
      }
      // What was decoded for this is nobody else's.
      if (base.kind !== 'decoded') (base.kind === 'file' ? base.bytes : base.bytes.file).assertUnchanged()
    },
  }
}

/** No piece lies across {@link HEAD}, which {@link PIECE} divides. */
function piecesOf(size: number, used: readonly Piece[]): Piece[] {
  return blockRanges(size, used).flatMap(({ first, last }) => {
    const pieces: Piece[] = []
    const end = Math.min((last + 1) * BMAP_BLOCK, size)
    for (let offset = first * BMAP_BLOCK; offset < end; ) {
      const next = Math.min(end, (Math.floor(offset / PIECE) + 1) * PIECE)
      pieces.push({ offset, length: next - offset })
      offset = next
    }
    return pieces
  })
}

type Lend = (piece: Piece, bytes: Uint8Array) => void

async function eachOfFile(
  { bytes: file }: Extract<BaseImage, { kind: 'file' | 'decoded' }>,
  pieces: readonly Piece[],
  ring: Ring,
  lend: Lend,
  signal: AbortSignal,
): Promise<void> {
  for (const piece of pieces) {
    const bytes = await ring.next(piece.length)
    signal.throwIfAborted()
    file.readInto(bytes, piece.offset)
    lend(piece, bytes)
  }
}

/** All of the archive is decoded, which holds it against its own check sums; what belongs to no piece goes by. */
async function eachOfArchive(
  { kind, bytes: archive }: Extract<BaseImage, { kind: 'xz' | 'zst' }>,
  pieces: readonly Piece[],
  ring: Ring,
  lend: Lend,
  signal: AbortSignal,
): Promise<void> {
  let position = 0
  let turn = 0
  let filled = 0
  await eachDecoded(kind, archive, { signal }, async (chunk) => {
    const [start, end] = [position, position + chunk.length]
    position = end
    for (let piece = pieces[turn]; piece !== undefined && piece.offset < end; piece = pieces[turn]) {
      const memory = await ring.next(piece.length)
      const from = piece.offset + filled - start
      const part = chunk.subarray(from, Math.min(chunk.length, from + piece.length - filled))
      memory.set(part, filled)
      filled += part.length
      if (filled < piece.length) return
      filled = 0
      turn += 1
      lend(piece, memory)
    }
  })
}
