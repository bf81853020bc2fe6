import fc from 'fast-check'
import type { Planted } from './planted.ts'

/**
 * Random combinations of two or three states, the same for a seed. States of a package are left out, for two packages
 * would have one name; so are those that need a real first start, which would take a day.
 */
export function combinations(states: readonly Planted[], count: number, seed: number): readonly Planted[] {
  const usable = states.filter(({ how, firstStart, alone }) => how !== 'package' && !firstStart && !alone)
  const some = fc.uniqueArray(fc.constantFrom(...usable), { minLength: 2, maxLength: 3, selector: ({ id }) => id })
  return fc.sample(some, { numRuns: count, seed }).map((parts, index) => joined(parts, index))
}

function joined(parts: readonly Planted[], index: number): Planted {
  const [first] = parts as [Planted]
  return {
    id: `${index}: ${parts.map(({ kind, id }) => `${kind}: ${id}`).join(' + ')}`,
    kind: first.kind,
    how: first.how,
    steps: parts.flatMap(({ steps }) => steps),
    spec: (spec) => {
      for (const part of parts) part.spec?.(spec)
    },
  }
}
