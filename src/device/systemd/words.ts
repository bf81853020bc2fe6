/** A word of a command line, and whether quotes were in it: `"$A"` is one word, `$A` may become several. */
export interface Word {
  readonly text: string
  readonly quoted: boolean
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  s: ' ',
  t: '\t',
  v: '\v',
}

/** Splits as systemd does where it takes quotes (systemd.syntax(7), "Quoting"); undefined: a quote is not closed. */
export function splitWords(text: string): readonly Word[] | undefined {
  const words: Word[] = []
  let word: Word | undefined
  let quote: string | undefined
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    if (quote === undefined && /\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (char === quote) quote = undefined
    else if (quote === undefined && (char === '"' || char === "'")) {
      quote = char
      word = { text: word?.text ?? '', quoted: true }
    } else {
      const escaped = char === '\\' ? text.charAt(++i) : undefined
      const plain = escaped === undefined ? char : (ESCAPES[escaped] ?? escaped)
      word = { text: (word?.text ?? '') + plain, quoted: word?.quoted ?? false }
    }
  }
  if (word !== undefined) words.push(word)
  return quote === undefined ? words : undefined
}
