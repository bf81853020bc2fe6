import { median, type Result, type Sample } from './measure.ts'

/** What the first contender of a row is held to: its seconds over those of another one, or its memory. */
export type Goal = { readonly ratio: number; readonly of: string } | { readonly megabytes: number }

/** A goal beside what was measured. */
export interface Judged {
  readonly goal: string
  readonly measured: string
  readonly met: 'yes' | 'no' | 'not measured'
}

/** Holds the first of a row's results against a goal of the row. */
export function judged(goal: Goal, results: readonly Result[]): Judged {
  const [own] = results
  const peer = 'of' in goal ? results.find(({ name }) => name === goal.of) : undefined
  const [text, most, value, unit] =
    'of' in goal
      ? [`${factor(goal.ratio)} × ${goal.of}`, goal.ratio, medianOf(own, 'wall') / medianOf(peer, 'wall'), '×']
      : [`${goal.megabytes} MB`, goal.megabytes, medianOf(own, 'rss') / 1024, 'MB']
  if (Number.isNaN(value)) return { goal: `at most ${text}`, measured: '–', met: 'not measured' }
  return { goal: `at most ${text}`, measured: `${value.toPrecision(3)} ${unit}`, met: value <= most ? 'yes' : 'no' }
}

/** The median of one number of a result; NaN when it has no runs. */
export function medianOf(result: Result | undefined, key: keyof Sample): number {
  return median((result?.samples ?? []).map((sample) => sample[key]))
}

function factor(ratio: number): string {
  return ratio > 0.1 ? String(ratio) : `1/${Math.round(1 / ratio)}`
}
