/** The line cannot be read; sudo skips it with a message. */
export class SudoersError extends Error {
  override readonly name = 'SudoersError'
}

/** Reads one line from left to right. */
export class Scanner {
  #rest: string

  constructor(text: string) {
    this.#rest = text
  }

  take(pattern: RegExp): string | undefined {
    const found = pattern.exec(this.#rest)?.[0]
    if (found !== undefined) this.#rest = this.#rest.slice(found.length)
    return found
  }

  peek(pattern: RegExp): boolean {
    return pattern.test(this.#rest)
  }

  skip(): void {
    this.take(/^\s+/)
  }

  separator(char: ',' | ':' | ')'): boolean {
    this.skip()
    if (!this.#rest.startsWith(char)) return false
    this.#rest = this.#rest.slice(1)
    return true
  }

  /** Whether an odd number of `!` stands here. */
  negations(): boolean {
    return ((this.take(/^(?:!\s*)+/) ?? '').replace(/\s/g, '').length & 1) === 1
  }

  atEnd(): boolean {
    return this.#rest === '' || this.#rest.startsWith('#')
  }

  finish(): void {
    this.skip()
    // `#1000` is a user by number only where a user stands: here it is a comment.
    if (!this.atEnd()) throw new SudoersError(`not understood: ${JSON.stringify(this.#rest)}`)
  }
}
