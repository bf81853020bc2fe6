import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Result } from './matrix.ts'

/** The results of a run, on the disk after every state, so that a run can go on where it was cut off. */
export class Journal {
  readonly #file: string
  readonly #results: Result[]

  /** @param goesOn with what the file holds already; else it begins anew */
  constructor(file: string, goesOn: boolean) {
    this.#file = file
    this.#results = goesOn && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Result[]) : []
  }

  get results(): readonly Result[] {
    return this.#results
  }

  has(id: string): boolean {
    return this.#results.some((result) => result.id === id)
  }

  /** A state that is tried again has its last result. */
  add(result: Result): void {
    const at = this.#results.findIndex(({ id }) => id === result.id)
    this.#results.splice(at < 0 ? this.#results.length : at, 1, result)
    writeFileSync(`${this.#file}.new`, `[\n${this.#results.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`)
    renameSync(`${this.#file}.new`, this.#file)
  }
}
