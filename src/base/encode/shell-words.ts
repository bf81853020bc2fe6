/**
 * The words of a command as a shell takes them apart: `'…'` is as it is, in `"…"` a backslash is for `"` and `\`, outside
 * for any character. Nothing is put in for `$`, `*` or `~`.
 *
 * @returns undefined: a quote is not closed
 */
export function shellWords(text: string): readonly string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let quote: string | undefined
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i)
    const next = text.charAt(i + 1)
    const escapes = char === '\\' && quote !== "'" && (quote === undefined ? next !== '' : '"\\'.includes(next))
    if (escapes && next !== '') {
      word = (word ?? '') + next
      i += 1
    } else if (quote === undefined && char === ' ') {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (char === quote) quote = undefined
    else if (quote === undefined && (char === '"' || char === "'")) {
      quote = char
      word ??= ''
    } else word = (word ?? '') + char
  }
  if (word !== undefined) words.push(word)
  return quote === undefined ? words : undefined
}
