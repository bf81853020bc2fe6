/** One step of a pattern: a character, any one, any number of them, or one of a set. */
export type Step = string | 'any' | 'many' | ((char: string) => boolean)

/** Marks for {@link matchSteps} that are longer than a character, so that they are none. */
export const ANY_ONE = 'any'
export const ANY_MANY = 'many'

/**
 * Whether a text is what the steps say, over the whole of it. Where a `many` fails, only the last one takes a character
 * more, so that no pattern takes longer than its length times the text's: a regular expression would take ages.
 */
export function matchSteps(steps: readonly Step[], text: string): boolean {
  let [step, at] = [0, 0]
  let [many, from] = [-1, 0]
  while (at < text.length) {
    if (step < steps.length && steps[step] === ANY_MANY) {
      many = step
      from = at
      step += 1
    } else if (step < steps.length && isStep(steps[step] as Step, text[at] as string)) {
      step += 1
      at += 1
    } else if (many >= 0) {
      step = many + 1
      from += 1
      at = from
    } else return false
  }
  while (steps[step] === ANY_MANY) step += 1
  return step === steps.length
}

function isStep(step: Step, char: string): boolean {
  if (typeof step === 'function') return step(char)
  return step === ANY_ONE || step === char
}

/** `*` and `?`, and nothing else. */
export function matchWildcards(pattern: string, text: string): boolean {
  return matchSteps(
    [...pattern].map((char) => (char === '*' ? ANY_MANY : char === '?' ? ANY_ONE : char)),
    text,
  )
}
