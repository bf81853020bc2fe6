import { deviceNumber } from '../../base/disk/device-number.ts'
import { errno } from '../../base/disk/disk.ts'
import { TargetError } from '../../base/errors.ts'
import { type CardCalls, realCalls } from './card-calls.ts'
import { pageMemory } from './page-memory.ts'

/** O_DIRECT takes whole blocks of the device; none is larger than this. */
const BLOCK = 4096

/** A device as it was looked at before it is opened. */
export interface CardPlace {
  readonly path: string
  /** In bytes, as the device says. */
  readonly size: number
  /** `8:16`; undefined: a plain file, for tests. */
  readonly number?: string
}

/** A card that is open to be written, and nobody else's. Whoever opens it closes it. */
export class Card {
  readonly path: string
  readonly size: number
  readonly #calls: CardCalls
  readonly #file: number
  readonly #direct: number

  /** @throws TargetError when it is in use, or is another device by now */
  constructor({ path, size, number }: CardPlace, calls: CardCalls = realCalls) {
    this.path = path
    this.size = size
    this.#calls = calls
    this.#file = opened(path, () => calls.openExclusively(path))
    try {
      this.#direct = opened(path, () => calls.openDirectly(path))
    } catch (error) {
      calls.close(this.#file)
      throw error
    }
    for (const file of number === undefined ? [] : [this.#file, this.#direct]) {
      if (deviceNumber(calls.numberOf(file)) === number) continue
      this.close()
      throw new TargetError(`${path} is another device than a moment ago`, { hint: 'nothing was written; start again' })
    }
  }

  /** Writes all of `bytes`; they may wait in this machine's memory until {@link Card.sync}. */
  async write(offset: number, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const count = await this.#calls.write(this.#file, bytes.subarray(done), offset + done)
      if (count <= 0) throw new Error(`the device takes no more at ${offset + done} bytes`)
      done += count
    }
  }

  /** Brings all that was written to the card. @throws what the kernel says of a lost write: it says it once */
  sync(): Promise<void> {
    return this.#calls.sync(this.#file)
  }

  /** Memory for {@link Card.read}. @param length of the longest read */
  memory(length: number): Uint8Array {
    return pageMemory(Math.ceil(length / BLOCK) * BLOCK)
  }

  /**
   * Reads from the card itself, past the cache.
   *
   * @param offset where a block begins
   * @param memory of {@link Card.memory}; the result is a part of it
   */
  async read(offset: number, length: number, memory: Uint8Array): Promise<Uint8Array> {
    // The device's own size is a whole number of its blocks.
    const whole = memory.subarray(0, Math.min(Math.ceil(length / BLOCK) * BLOCK, this.size - offset))
    const count = await this.#calls.read(this.#direct, whole, offset)
    // A direct read that stops inside a block could not be continued; a device gives all or an error.
    if (count < length) throw new Error(`the device gives ${count} of ${length} bytes at ${offset}`)
    return memory.subarray(0, length)
  }

  close(): void {
    this.#calls.close(this.#direct)
    this.#calls.close(this.#file)
  }
}

const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'run as root, or as a member of the group disk',
  EPERM: 'run as root, or as a member of the group disk',
  EBUSY: 'something has it in use: unmount it, or stop what works on it',
  EROFS: 'it is write-protected: look for the switch at its edge',
  ENOENT: 'put the card in again; pibake doctor lists what is there',
  ENOMEDIUM: 'there is no card in the reader',
}

function opened(path: string, open: () => number): number {
  try {
    return open()
  } catch (error) {
    const code = errno(error) ?? ''
    const hint = HINTS[code]
    if (hint === undefined) throw error
    throw new TargetError(`cannot open ${path} (${code})`, { hint, cause: error })
  }
}
