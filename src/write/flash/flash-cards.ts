import { createHash, randomBytes } from 'node:crypto'
import { throwIfAborted } from '../../base/disk/new-file.ts'
import { Interrupted, ReadBackError } from '../../base/errors.ts'
import type { Piece } from '../../storage/image/partitions.ts'
import type { JobContext } from '../bake/bake-job.ts'
import type { Card } from './card.ts'
import { type CardImage, HEAD, PIECE } from './card-image.ts'

/** Bytes that are written before the card is asked to have them: it works while more is decoded, and little waits at the end. */
const SYNC_EVERY = 32 * 1024 * 1024

/** What became of a card. */
export interface Flashed {
  readonly card: Card
  /** Undefined: it is good: all that was written was read back, past the cache, and is what it should be. */
  readonly failure: Error | undefined
  /** Whether anything was written: a card that failed after that has no partition table, and is not usable. */
  readonly isBegun: boolean
  /** Whether what is on it could be taken for a finished card: its start could not be overwritten any more. */
  readonly isMisleading: boolean
}

type Context = Pick<JobContext, 'signal' | 'progress'>
/** Does a part of the work with every card that has not failed, unless all is called off. */
type EachGoing = (work: (run: Run) => Promise<void>) => Promise<void>

/**
 * Writes an image to cards, which is decoded once for all of them, and reads back what was written. The start of a card is
 * overwritten with zeros first and written last, when all else was read back: whatever ends the work before, power and
 * `kill -9` too, leaves a card that nothing starts from. A card that fails is left out, and the others go on.
 *
 * @param cards at least as large as the image
 * @returns one result a card; it does not throw
 */
export async function flashCards(image: CardImage, cards: readonly Card[], context: Context): Promise<Flashed[]> {
  const runs = cards.map((card) => new Run(card, image))
  const going = () => runs.filter(({ failure }) => failure === undefined)
  const eachGoing: EachGoing = async (work) => {
    throwIfAborted(context.signal)
    await Promise.all(going().map((run) => run.attempt(() => work(run))))
  }
  try {
    await eachGoing((run) => run.begin())
    const digests = await writePieces(image, going, eachGoing, context)
    await eachGoing((run) => run.sync())
    await readBack(image, digests, eachGoing, going().length, context)
    await eachGoing((run) => run.finish())
  } catch (error) {
    // Of the image, or the end of all: it is the failure of every card that has none of its own.
    for (const run of going()) run.fail(context.signal.aborted ? new Interrupted() : (error as Error))
  }
  return runs.map((run) => run.result())
}

/** @returns the SHA-256 of each piece */
async function writePieces(
  image: CardImage,
  going: () => readonly Run[],
  eachGoing: EachGoing,
  { progress, signal }: Context,
): Promise<string[]> {
  const digests: string[] = []
  const shown = progress('writing', sizeOf(image.pieces))
  let done = 0
  try {
    await image.each(async ({ offset, length }, bytes) => {
      if (going().length === 0) throw new Error('no card is left')
      digests.push(sha256(bytes))
      await eachGoing((run) => run.write(offset, bytes))
      done += length
      shown.update(done)
    }, signal)
    return digests
  } finally {
    shown.done()
  }
}

async function readBack(
  { pieces }: CardImage,
  digests: readonly string[],
  eachGoing: EachGoing,
  count: number,
  { progress, signal }: Context,
): Promise<void> {
  const shown = progress('reading back', sizeOf(pieces) * count)
  let done = 0
  try {
    await eachGoing((run) =>
      run.readBack(pieces, digests, (length) => {
        throwIfAborted(signal)
        done += length
        shown.update(done)
      }),
    )
  } finally {
    shown.done()
  }
}

/** One card on its way. */
class Run {
  failure: Error | undefined
  readonly #card: Card
  readonly #head: Uint8Array
  /** The end of the card, if the image leaves it free: what an older table or RAID has there must not be found again. */
  readonly #tail: Piece | undefined
  /** What the end holds meanwhile: a card that has less memory than it says loses it, or has it in place of something else. */
  readonly #mark: Uint8Array
  #unsynced = 0
  #syncing: Promise<void> = Promise.resolve()
  #isBegun = false
  #isMisleading = false

  constructor(card: Card, { size, head }: CardImage) {
    this.#card = card
    this.#head = head
    const start = Math.max(Math.ceil(size / PIECE) * PIECE, Math.floor((card.size - 1) / PIECE) * PIECE)
    this.#tail = start < card.size ? { offset: start, length: card.size - start } : undefined
    this.#mark = randomBytes(this.#tail?.length ?? 0)
  }

  /** Does a part of the work; its failure is the card's. */
  async attempt(work: () => Promise<void>): Promise<void> {
    if (this.failure !== undefined) return
    try {
      await work()
    } catch (error) {
      this.fail(error as Error)
    }
  }

  fail(error: Error): void {
    this.failure ??= error
  }

  result(): Flashed {
    const { failure } = this
    return { card: this.#card, failure, isBegun: this.#isBegun, isMisleading: this.#isMisleading }
  }

  /** From here on the card is not what it was. */
  async begin(): Promise<void> {
    this.#isBegun = true
    await this.#card.write(0, new Uint8Array(Math.min(HEAD, this.#card.size)))
    // An older table is gone before anything of what it speaks of is.
    await this.#card.sync()
    if (this.#tail !== undefined) await this.#card.write(this.#tail.offset, this.#mark)
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    await this.#card.write(offset, bytes)
    this.#unsynced += bytes.length
    if (this.#unsynced < SYNC_EVERY) return
    this.#unsynced = 0
    await this.#syncing
    this.#syncing = this.#card.sync()
    // A failure is met at the next sync.
    this.#syncing.catch(() => undefined)
  }

  async sync(): Promise<void> {
    await this.#syncing
    await this.#card.sync()
  }

  /** @param onRead told how many bytes were read and are right; what it throws ends the reading */
  async readBack(pieces: readonly Piece[], digests: readonly string[], onRead: (done: number) => void): Promise<void> {
    const all = pieces.map((piece, index) => ({ piece, digest: digests[index] ?? '' }))
    if (this.#tail !== undefined) all.push({ piece: this.#tail, digest: sha256(this.#mark) })
    // One is read while the other is hashed.
    const memories = [this.#card.memory(PIECE), this.#card.memory(PIECE)]
    const read = async (turn: number) => {
      const { piece: { offset, length } = { offset: 0, length: 0 } } = all[turn] ?? {}
      return this.#card.read(offset, length, memories[turn % 2] as Uint8Array)
    }
    let next = read(0)
    try {
      for (const [turn, { piece, digest }] of all.entries()) {
        const bytes = await next
        if (turn + 1 < all.length) next = read(turn + 1)
        if (sha256(bytes) !== digest) throw different(this.#card, piece)
        onRead(piece.length)
      }
    } finally {
      // Whoever opened the card closes it next.
      await next.catch(() => undefined)
    }
  }

  /** The start of the card, when all else is as it should be. */
  async finish(): Promise<void> {
    if (this.#tail !== undefined) {
      await this.#card.write(this.#tail.offset, new Uint8Array(this.#tail.length))
      await this.#card.sync()
    }
    try {
      await this.#card.write(0, this.#head)
      await this.#card.sync()
      const head = { offset: 0, length: this.#head.length }
      const bytes = await this.#card.read(0, head.length, this.#card.memory(HEAD))
      if (sha256(bytes) !== sha256(this.#head)) throw different(this.#card, head)
    } catch (error) {
      await this.#takeBack()
      throw error
    }
  }

  async #takeBack(): Promise<void> {
    try {
      await this.#card.write(0, new Uint8Array(this.#head.length))
      await this.#card.sync()
    } catch {
      this.#isMisleading = true
    }
  }
}

function different({ path }: Card, { offset, length }: Piece): ReadBackError {
  return new ReadBackError(`${path}: what was written does not read back, at ${offset} to ${offset + length} bytes`)
}

function sizeOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0)
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
