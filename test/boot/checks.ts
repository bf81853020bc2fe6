import * as assert from 'uvu/assert'

/** What came of one check. */
export interface Checked {
  readonly name: string
  readonly passed: boolean
  /** Why it did not pass. */
  readonly reason?: string
}

/** A list of named checks of one device; one that does not pass does not keep the next from being made. */
export class Checks {
  readonly done: Checked[] = []
  readonly #of: string

  constructor(of: string) {
    this.#of = of
  }

  /** Makes a check: it passes when `look` ends without throwing. @returns whether it passed */
  async check(name: string, look: () => void | Promise<void>): Promise<boolean> {
    const reason = await thrownBy(look)
    this.done.push(reason === undefined ? { name, passed: true } : { name, passed: false, reason })
    console.error(`${this.#of}: ${name}: ${reason === undefined ? 'passed' : `NOT PASSED: ${reason}`}`)
    return reason === undefined
  }
}

async function thrownBy(look: () => void | Promise<void>): Promise<string | undefined> {
  try {
    await look()
    return undefined
  } catch (error) {
    if (error instanceof assert.Assertion) return `${error.message} ${error.details || ''}`.trim()
    return error instanceof Error ? error.message : String(error)
  }
}
