import { seeded } from '../support/seeded.ts'
import type { FuzzedReader } from './reader.ts'

/** The input of a number: the same for the same seed, on every machine. */
export function inputOf({ seeds, mutate }: FuzzedReader, seed: number, index: number): Uint8Array {
  return mutate(seeds, seeded(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)))
}
