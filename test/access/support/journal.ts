import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Result } from './matrix.ts'
import type { Truth } from './truth.ts'

/** The results of a run, on the disk after every state, so that a run can go on where it was cut off. */
export class Journal {
  readonly #file: string
  readonly #results: Result[]

  /**
   * @param place its path, but for the day and the ending
   * @param goesOn with what the last run of that day, or else of the last day before, has left; else it begins anew
   */
  constructor(place: string, date: string, goesOn: boolean) {
    this.#file = `${place}-${date}.json`
    const last = goesOn ? lastOf(place) : undefined
    this.#results = last === undefined ? [] : (JSON.parse(readFileSync(last, 'utf8')) as Result[])
  }

  get results(): readonly Result[] {
    return this.#results
  }

  /** What devices did, as far as it is known: by the states' names. */
  get truths(): Readonly<Record<string, Truth | null>> {
    return Object.fromEntries(this.#results.map(({ id, truth }) => [id, truth]))
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

/** The latest of the journals at a place: their names end with the day. */
function lastOf(place: string): string | undefined {
  const start = `${basename(place)}-`
  const days = readdirSync(dirname(place)).filter(
    (name) => name.startsWith(start) && /^\d{4}-\d\d-\d\d\.json$/.test(name.slice(start.length)),
  )
  const last = days.sort().at(-1)
  return last === undefined ? undefined : join(dirname(place), last)
}
