import { fieldsOf } from '../../base/bytes/fields.ts'
import { concat } from '../../base/host/bytes.ts'

/** Reads the length-prefixed fields of a key (RFC 4251 §5); undefined where the bytes end too early. */
export class Fields {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** A number of 32 bits. */
  number(): number | undefined {
    if (this.#at + 4 > this.#bytes.length) return undefined
    this.#at += 4
    return fieldsOf(this.#bytes).getUint32(this.#at - 4)
  }

  next(): Uint8Array | undefined {
    const length = this.number()
    if (length === undefined || this.#at + length > this.#bytes.length) return undefined
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  /** What has not been read yet. */
  get rest(): Uint8Array {
    return this.#bytes.subarray(this.#at)
  }

  get ended(): boolean {
    return this.#at === this.#bytes.length
  }
}

/** The fields with their lengths before them. */
export function joinFields(fields: readonly Uint8Array[]): Uint8Array {
  return concat(fields.flatMap((field) => [uint32(field.length), field]))
}

export function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  fieldsOf(bytes).setUint32(0, value)
  return bytes
}
