import type { Question } from '../../device/sshd/match.ts'

/** How many combinations of answers are tried; with more than that, every question counts as one that decides. */
const MAX_TRIES = 64

/**
 * What holds if every question is answered with no, and the questions of which another answer makes a difference.
 *
 * @param holdsIf what holds if the questions of these texts are answered with yes; tells each question that it meets
 * @param same what two have in common between which there is no difference
 */
export function decisive<T>(
  holdsIf: (yes: ReadonlySet<string>, met: (question: Question) => void) => T,
  same: (one: T) => string,
): { readonly first: T; readonly questions: readonly Question[] } {
  const known = new Map<string, Question>()
  const ask = (yes: ReadonlySet<string>) => {
    const met = new Set<string>()
    const one = holdsIf(yes, (question) => {
      known.set(question.text, question)
      met.add(question.text)
    })
    return { one, more: [...met].filter((text) => !yes.has(text)).map((text) => new Set([...yes, text])) }
  }
  const { one: first, more: waiting } = ask(new Set())
  const tried = new Set<string>()
  const found = new Set<string>()
  for (let yes = waiting.shift(); yes !== undefined; yes = waiting.shift()) {
    const name = [...yes].sort().join('\n')
    if (tried.has(name) || [...yes].some((text) => found.has(text))) continue
    tried.add(name)
    if (tried.size > MAX_TRIES) return { first, questions: [...known.values()] }
    const { one, more } = ask(yes)
    if (same(one) !== same(first)) for (const text of yes) found.add(text)
    waiting.push(...more)
  }
  return { first, questions: [...known.values()].filter(({ text }) => found.has(text)) }
}
