/** Reads the length-prefixed fields of a key (RFC 4251 §5); undefined where the bytes end too early. */
export class Fields {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** A number of 32 bits. */
  number(): number | undefined {
    if (this.#at + 4 > this.#bytes.length) return undefined
    this.#at += 4
    return this.#bytes.readUInt32BE(this.#at - 4)
  }

  next(): Buffer | undefined {
    const length = this.number()
    if (length === undefined || this.#at + length > this.#bytes.length) return undefined
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  /** What has not been read yet. */
  get rest(): Buffer {
    return this.#bytes.subarray(this.#at)
  }

  get ended(): boolean {
    return this.#at === this.#bytes.length
  }
}

/** The fields with their lengths before them. */
export function joinFields(fields: readonly Uint8Array[]): Buffer {
  return Buffer.concat(fields.flatMap((field) => [uint32(field.length), field]))
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
