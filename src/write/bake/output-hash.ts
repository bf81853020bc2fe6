import { createHash } from 'node:crypto'

/** The SHA-256 of an output as it is written, if it is wanted. */
export class OutputHash {
  readonly #hash

  constructor(isWanted: boolean) {
    this.#hash = isWanted ? createHash('sha256') : undefined
  }

  /** To be given what is written, from its start to its end. */
  readonly onOutput = (bytes: Uint8Array): void => {
    this.#hash?.update(bytes)
  }

  /** In hex; the last call. */
  digest(): string | undefined {
    return this.#hash?.digest('hex')
  }
}
