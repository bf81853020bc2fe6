/** The one of `known` that `typed` was most likely meant to be; undefined when none is near. */
export function suggest(typed: string, known: readonly string[]): string | undefined {
  if (typed.length > 64) return undefined
  const limit = typed.length <= 3 ? 1 : typed.length <= 7 ? 2 : 3
  let best: { word: string; distance: number } | undefined
  for (const word of known) {
    const distance = editDistance(typed.toLowerCase(), word.toLowerCase())
    if (distance <= limit && distance < Math.min(word.length, best?.distance ?? Infinity)) best = { word, distance }
  }
  return best?.word
}

/**
 * Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (Damerau-Levenshtein, restricted).
 *
 * @internal exported for the tests
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let cost = Math.min(at(row, j - 1) + 1, at(last, j) + 1, replaced)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, at(beforeLast, j - 2) + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] as number
}
