import { ANY_MANY, ANY_ONE, matchSteps, type Step } from './wildcards.ts'

/** fnmatch(3) without flags: `*`, `?`, `[...]`, `\`. */
export function fnmatch(pattern: string, text: string): boolean {
  const steps = [...pattern.matchAll(/\\([\s\S])|\[(!|\^)?(\]?[^\]]*)\]|[\s\S]/g)].map(
    ([char, escaped, not, set]): Step => {
      if (escaped !== undefined) return escaped
      if (set !== undefined) return setOf(set, not !== undefined)
      return char === '*' ? ANY_MANY : char === '?' ? ANY_ONE : char
    },
  )
  return matchSteps(steps, text)
}

function setOf(set: string, isNegated: boolean): Step {
  try {
    const chars = new RegExp(`^[${isNegated ? '^' : ''}${set.replace(/[\\\]^]/g, '\\$&')}]$`, 's')
    return (char) => chars.test(char)
  } catch {
    // A range from a later character to an earlier one has nothing in it.
    return () => isNegated
  }
}
