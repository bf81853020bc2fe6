/** Something of pibake that reads what others wrote: content of an image, or a file that is found beside it. */
export interface FuzzedReader {
  readonly name: string
  /** Sound inputs, which the others are made of. */
  readonly seeds: readonly Uint8Array[]
  readonly mutate: Mutate
  /** Which part of the inputs that a run is to try it gets, where each takes long; without it, all. */
  readonly share?: number
  /**
   * Reads an input to its end. What it throws must be one of the errors that the commands have an exit code for.
   *
   * @param folder for a reader that opens files: its own, and the only place that it may write to
   */
  readonly read: (input: Uint8Array, folder: string) => unknown
}

/** Makes an input of the seeds. */
export type Mutate = (seeds: readonly Uint8Array[], random: Random) => Uint8Array

/** A whole number from 0 on, below the given one. */
export type Random = (below: number) => number

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[random(from.length)] as T
}
