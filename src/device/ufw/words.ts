import { RuleError } from './rule.ts'

/** One argument as a shell would hand it to ufw. */
export interface Word {
  readonly text: string
  /** Where it starts in the rule, from 1. */
  readonly column: number
}

/**
 * Splits a rule into words by a shell's quoting: '…' is literal, "…" knows \" and \\, a backslash takes the next
 * character as it is. Nothing is expanded.
 *
 * @throws RuleError when a quote is left open, or the text holds a control or an invisible character
 */
export function words(text: string): Word[] {
  const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.exec(text.replaceAll('\t', ' '))
  if (hidden !== null) {
    throw new RuleError('FWL001', hidden.index + 1, 'a control character, a line break or an invisible mark')
  }
  const found: Word[] = []
  const word = /[ \t]*((?:[^ \t'"\\]|'[^']*'|"(?:[^"\\]|\\.)*"|\\.)+)/uy
  let at = 0
  while (text.slice(at).trim() !== '') {
    word.lastIndex = at
    const match = word.exec(text)
    const raw = match?.[1]
    if (raw === undefined) throw new RuleError('FWL001', openQuote(text, at), 'a quote that is never closed')
    const column = word.lastIndex - raw.length + 1
    const last = text[word.lastIndex]
    if (last !== undefined && last !== ' ' && last !== '\t') {
      throw new RuleError('FWL001', word.lastIndex + 1, 'a quote that is never closed')
    }
    found.push({ text: unquote(raw), column })
    at = word.lastIndex
  }
  return found
}

function openQuote(text: string, at: number): number {
  return at + text.slice(at).search(/[^ \t]/) + 1
}

function unquote(raw: string): string {
  return raw.replace(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gu, (_, single, double, escaped) => {
    if (single !== undefined) return single
    if (double !== undefined) return double.replace(/\\(["\\$`])/g, '$1')
    return escaped
  })
}
