import { TargetError } from './errors.ts'

interface Place {
  readonly file: string
  readonly line?: number | undefined
}

/**
 * The work that an image may ask of one evaluation: far more than a real one needs, and done in seconds. Rules that call
 * each other, or of which each has to be held against all others, would keep it busy for ever.
 */
export class Steps {
  readonly #what: string
  readonly #most: number
  #left: number

  /**
   * @param what is counted, in the plural: what the message says that there are too many of
   * @param most that may be taken
   */
  constructor(what: string, most: number) {
    this.#what = what
    this.#most = most
    this.#left = most
  }

  /**
   * @param at where the image asks for them
   * @throws TargetError when that is too much
   */
  take(at: Place, count = 1): void {
    this.#left -= count
    if (this.#left < 0) this.end(at)
  }

  /** @throws TargetError at once: what is asked for goes deeper than any image does */
  end({ file, line }: Place): never {
    const place = line === undefined ? file : `${file}:${line}`
    throw new TargetError(`${place}: more than ${this.#most} ${this.#what}: reading ended here`, {
      hint: 'no real image has as many: take them out',
    })
  }
}
