import { uniform } from '../support/seeded.ts'
import { END, type Plug } from './guest.ts'

/** One loss of power during a start. */
export interface Cut {
  readonly label: string
  /** For PIBAKE_FAULT: `NAME:cut` lets the guest reset itself exactly there; `none` leaves it to the plug. */
  readonly fault: string
  readonly plug: Plug
}

/** Losses of power in starts that follow each other; after them the device has to recover. */
export type Case = readonly Cut[]

/** Seconds after a checkpoint: before anything is written back, before and after the journal's 5 s, and after all of it. */
const DELAYS = [0, 2, 8, 20] as const

/**
 * Every checkpoint and the end of the start, each at +0, +2, +8 and +20 s, and pairs of them; in an order that makes
 * any beginning of the list a fair sample of it.
 *
 * @param passed the names of the checkpoints that an undisturbed start passes, in order, as often as it passes them
 * @param seed decides the pairs and the order
 */
export function cases(passed: readonly string[], pairs: number, seed: number): readonly Case[] {
  const random = uniform(seed)
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T
  const single = [
    ...passed.flatMap((name, index) => cutsAt(name, countOf(name, passed.slice(0, index + 1)))),
    ...atEnd(),
  ]
  // The long delays tell of one start's write-back; a second loss of power adds nothing to that.
  const short = single.filter((cut) => cut.plug.seconds <= 2)
  const double = Array.from({ length: pairs }, () => [pick(short), pick(short)])
  return shuffled([...single.map((cut) => [cut]), ...double], random)
}

/**
 * Cuts of the network half: as many checkpoints, spread over those that are passed, as moments between them, spread over
 * its time; in groups, each of which one start can serve.
 *
 * @param seconds how long the half takes without a cut
 * @param count of the cuts, a multiple of two
 */
export function networkCases(passed: readonly string[], seconds: number, count: number, size: number): readonly Case[] {
  const half = count / 2
  const single = Array.from({ length: half }, (_, index): readonly Cut[] => {
    const at = Math.floor((index * passed.length) / half)
    const name = passed[at] as string
    const occurrence = countOf(name, passed.slice(0, at + 1))
    const later = Math.round(((index + 0.5) * seconds) / half)
    return [
      { label: `${nameOf(name, occurrence)} +0`, fault: 'none', plug: { ...plugAt(name, occurrence), seconds: 0 } },
      {
        label: `begin of the network half +${later}`,
        fault: 'none',
        plug: { line: '@begin network', occurrence: 1, seconds: later },
      },
    ]
  })
  const groups = Math.ceil(count / size)
  return Array.from({ length: groups }, (_, group) => single.flat().filter((_, index) => index % groups === group))
}

const nameOf = (name: string, occurrence: number) => `${name}${occurrence > 1 ? ` (${occurrence})` : ''}`
const plugAt = (name: string, occurrence: number) => ({ line: `checkpoint ${name}`, occurrence })

function cutsAt(name: string, occurrence: number): Cut[] {
  return DELAYS.map((seconds) => ({
    label: `${nameOf(name, occurrence)} +${seconds}`,
    // Only the first time can the guest itself tell; the plug is some milliseconds late.
    fault: seconds === 0 && occurrence === 1 ? `${name}:cut` : 'none',
    plug: { ...plugAt(name, occurrence), seconds: seconds === 0 && occurrence === 1 ? 60 : seconds },
  }))
}

function atEnd(): Cut[] {
  return DELAYS.map((seconds) => ({
    label: `end +${seconds}`,
    fault: 'none',
    plug: { line: END, occurrence: 1, seconds },
  }))
}

const countOf = (name: string, list: readonly string[]) => list.filter((other) => other === name).length

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}
