/** A line of sshd_config taken apart; undefined for a blank line or a comment. */
export interface Line {
  readonly keyword: string
  readonly args: readonly string[]
  /** All that follows the keyword, as written: what ForceCommand, VersionAddendum and commands take, comments too. */
  readonly rest: string
}

/** The line is one that makes sshd refuse its whole configuration. */
export class LineError extends Error {
  override readonly name = 'LineError'
}

/**
 * Splits one line as sshd does: the keyword ends at a blank, or at one `=`; arguments may be quoted with `"` or `'`, a
 * backslash protects quotes, backslashes and blanks; a word that starts with `#` ends the line (misc.c: strdelim,
 * argv_split).
 *
 * @throws LineError for an open quote or a keyword without argument
 */
export function splitLine(raw: string): Line | undefined {
  const line = raw.replace(/[ \t\r\n\f]+$/, '').replace(/^[ \t\r]+/, '')
  if (line === '' || line.startsWith('#')) return undefined
  const match = /^(?:"([^"]*)"[ \t]*|([^ \t\r"=]+)(?:[ \t\r]*=[ \t\r]*|[ \t\r]+|(?="))?)(.*)$/s.exec(line)
  const keyword = match?.[1] ?? match?.[2]
  if (keyword === undefined) throw new LineError('no keyword')
  const rest = match?.[3] ?? ''
  if (rest === '') throw new LineError(`no argument after keyword "${keyword}"`)
  return { keyword, args: splitArguments(rest), rest }
}

/**
 * The words after `Match` as OpenSSH up to 9.9 takes them: a `=` ends a word like a blank, of quotes only `"` count, a
 * word that starts with `#` ends the line (misc.c: strdelim).
 */
export function splitCriteria(text: string): string[] {
  const words = [...text.matchAll(/(?:"([^"]*)"?|([^ \t\r"=]+))[ \t\r]*=?[ \t\r]*/g)].map(
    ([, quoted, word]) => quoted ?? word ?? '',
  )
  const comment = words.findIndex((word) => word.startsWith('#'))
  return comment < 0 ? words : words.slice(0, comment)
}

/**
 * The words of the part after the keyword.
 *
 * @throws LineError for an open quote
 */
export function splitArguments(text: string): string[] {
  const words: string[] = []
  let i = 0
  while (i < text.length) {
    if (isBlank(text[i])) {
      i += 1
      continue
    }
    if (text[i] === '#') break
    let word = ''
    let quote = ''
    for (; i < text.length && (quote !== '' || !isBlank(text[i])); i += 1) {
      const char = text[i] as string
      const next = text[i + 1]
      if (char === '\\' && (next === '"' || next === "'" || next === '\\' || (quote === '' && next === ' '))) {
        word += next
        i += 1
      } else if (quote === '' && (char === '"' || char === "'")) quote = char
      else if (char === quote) quote = ''
      else word += char
    }
    if (quote !== '') throw new LineError('invalid quotes')
    words.push(word)
  }
  return words
}

function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t'
}
