/** What `util.inspect.custom` is, for rooms that import nothing of Node's. */
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/**
 * A value that no output may show. Printing it in any way gives `***`; only {@link Secret.reveal}
 * hands it out, and only the code that writes the one file it belongs in calls that.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value itself. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '***'
  }

  toJSON(): string {
    return '***'
  }

  [INSPECT](): string {
    return '***'
  }
}
