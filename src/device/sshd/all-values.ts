import type { SshdConfig } from './config.ts'
import { accumulating, lastCounts, scopeOf, takesRest } from './keywords.ts'
import type { SourceLine } from './source-line.ts'

/** A value that a keyword has for some connection. */
export interface PossibleValue {
  /** As written; undefined: sshd's default. */
  readonly value: string | undefined
  readonly at: SourceLine | undefined
  /** It holds only below a `Match`. */
  readonly matched: boolean
}

/**
 * Every value that a keyword can take for any connection at all: the first global one, and what stands below each
 * `Match` up to one that holds for all. A `Match` that nobody meets counts too, so nothing is missed.
 */
export function allValues(config: SshdConfig, keyword: string): readonly PossibleValue[] {
  const lines = config.directives
    .filter((directive) => directive.keyword === keyword)
    .map(({ args, rest, at, conditions }) => ({
      value: takesRest.has(keyword) ? rest : args.join(' '),
      at,
      matched: conditions.length > 0,
      all: conditions.every((c) => c.all),
    }))
  const addsUp = accumulating.has(keyword)
  const globals = lines.filter((line) => line.all)
  const single = lastCounts(config.release, keyword) ? globals.slice(-1) : globals.slice(0, 1)
  const global = addsUp ? globals : single
  const below = scopeOf(config.release, keyword) === 'match' ? lines.filter((line) => line.matched) : []
  const forAll = addsUp ? -1 : below.findIndex((line) => line.all)
  const overruled = forAll >= 0 ? below.slice(0, forAll + 1) : [...below, ...global]
  const found = overruled.map(({ value, at, matched }) => ({ value, at, matched }))
  return found.length > 0 && (forAll >= 0 || global.length > 0)
    ? found
    : [...found, { value: undefined, at: undefined, matched: false }]
}
