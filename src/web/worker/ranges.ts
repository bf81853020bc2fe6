import type { ScratchFile } from './scratch.ts'

/** A range of a file. */
export interface Range {
  readonly blob: Blob
  readonly from: number
  readonly to: number
}

/** What follows one after the other: ranges of files, and new bytes, which go to a file of their own. */
export class Ranges {
  readonly #file: ScratchFile
  readonly #ranges: (Range | Omit<Range, 'blob'>)[] = []
  #size = 0
  #start = 0

  /** @param file stays the caller's to close */
  constructor(file: ScratchFile) {
    this.#file = file
  }

  /** @param bytes lent */
  write(bytes: Uint8Array): void {
    this.#file.write(bytes)
    this.#size += bytes.length
  }

  keep(range: Range): void {
    this.#endOwn()
    this.#ranges.push(range)
  }

  async finish(): Promise<Range[]> {
    this.#endOwn()
    const own = await this.#file.finish()
    return this.#ranges.map((range) => ({ blob: own, ...range }))
  }

  #endOwn(): void {
    if (this.#size > this.#start) this.#ranges.push({ from: this.#start, to: this.#size })
    this.#start = this.#size
  }
}
