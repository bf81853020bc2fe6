/** Pieces that are lent at a time, so that what is decoded next is ready when the card has taken the last one. */
const LENT = 6

interface Slot {
  readonly bytes: Buffer
  free: Promise<void>
}

/** Memory for pieces that are used while the next ones are filled: each is filled again when its use has settled. */
export class Ring {
  readonly #slots: readonly Slot[]
  #turn = 0

  /** @param length of the longest piece */
  constructor(length: number) {
    this.#slots = Array.from({ length: LENT }, () => ({ bytes: Buffer.allocUnsafe(length), free: Promise.resolve() }))
  }

  /** The memory of the next piece. @throws what its last use has thrown */
  async next(length: number): Promise<Buffer> {
    const slot = this.#slot()
    await slot.free
    return slot.bytes.subarray(0, length)
  }

  /** Lends the memory that {@link Ring.next} gave last until `use` settles. */
  lend(use: Promise<void>): void {
    this.#slot().free = use
    // A failure is met when its turn comes.
    use.catch(() => undefined)
    this.#turn += 1
  }

  /** Waits for all uses. @throws what one of them has thrown */
  async settled(): Promise<void> {
    const ended = await Promise.allSettled(this.#slots.map(({ free }) => free))
    for (const end of ended) if (end.status === 'rejected') throw end.reason
  }

  #slot(): Slot {
    return this.#slots[this.#turn % this.#slots.length] as Slot
  }
}
