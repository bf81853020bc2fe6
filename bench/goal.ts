import { median, type Result, type Sample } from './measure.ts'

/**
 * What the first contender of a row is held to: its seconds over those of another one, its seconds, its memory, or the
 * bytes that it made over those that another one made.
 */
export type Goal =
  | { readonly ratio: number; readonly of: string }
  | { readonly seconds: number }
  | { readonly megabytes: number }
  | { readonly bytes: number; readonly of: string }

/** A goal beside what was measured. */
export interface Judged {
  readonly goal: string
  readonly measured: string
  readonly met: 'yes' | 'no' | 'not measured'
}

/** Holds the first of a row's results against a goal of the row. */
export function judged(goal: Goal, results: readonly Result[]): Judged {
  const [own] = results
  if ('megabytes' in goal) {
    const megabytes = medianOf(own, 'rss') / 1024
    return verdict(`${goal.megabytes} MB`, `${megabytes.toFixed(0)} MB`, megabytes / goal.megabytes)
  }
  if ('seconds' in goal) {
    const seconds = medianOf(own, 'wall')
    return verdict(`${goal.seconds} s`, `${seconds.toFixed(2)} s`, seconds / goal.seconds)
  }
  const peer = results.find(({ name }) => name === goal.of)
  if ('bytes' in goal) {
    const larger = (own?.bytes ?? Number.NaN) / (peer?.bytes ?? Number.NaN)
    return verdict(`${goal.bytes} × the bytes of ${goal.of}`, `${larger.toFixed(3)} ×`, larger / goal.bytes)
  }
  const ratio = medianOf(own, 'wall') / medianOf(peer, 'wall')
  return verdict(`${factor(goal.ratio)} × ${goal.of}`, `${ratio.toFixed(2)} ×`, ratio / goal.ratio)
}

/** @param share what was measured over the goal; NaN: nothing was */
function verdict(most: string, measured: string, share: number): Judged {
  const goal = `at most ${most}`
  if (Number.isNaN(share)) return { goal, measured: '–', met: 'not measured' }
  return { goal, measured, met: share <= 1 ? 'yes' : 'no' }
}

/** The median of one number of a result; NaN when it has no runs. */
export function medianOf(result: Result | undefined, key: keyof Sample): number {
  return median((result?.samples ?? []).map((sample) => sample[key]))
}

function factor(ratio: number): string {
  return ratio > 0.1 ? String(ratio) : `1/${Math.round(1 / ratio)}`
}
