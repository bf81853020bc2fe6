import { accumulating, scopeOf } from './keywords.ts'
import type { At, SshdConfig } from './read.ts'

/** A value that a keyword has for some connection. */
export interface Possible {
  /** As written; undefined: sshd's default. */
  readonly value: string | undefined
  readonly at: At | undefined
  /** It holds only below a `Match`. */
  readonly matched: boolean
}

/**
 * Every value that a keyword can take for any connection at all: the first global one, and what stands below each
 * `Match` up to one that holds for all. A `Match` that nobody meets counts too, so nothing is missed.
 */
export function possibleValues(config: SshdConfig, keyword: string): readonly Possible[] {
  const lines = config.directives
    .filter((directive) => directive.keyword === keyword)
    .map(({ args, at, conditions }) => ({
      value: args.join(' '),
      at,
      matched: conditions.length > 0,
      all: conditions.every((c) => c.all),
    }))
  const addsUp = accumulating.has(keyword)
  const globals = lines.filter((line) => line.all)
  const global = addsUp ? globals : globals.slice(0, 1)
  const below = scopeOf(config.release, keyword) === 'match' ? lines.filter((line) => line.matched) : []
  const forAll = addsUp ? -1 : below.findIndex((line) => line.all)
  const overruled = forAll >= 0 ? below.slice(0, forAll + 1) : [...below, ...global]
  const found = overruled.map(({ value, at, matched }) => ({ value, at, matched }))
  return found.length > 0 && (forAll >= 0 || global.length > 0)
    ? found
    : [...found, { value: undefined, at: undefined, matched: false }]
}
