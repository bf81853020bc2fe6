import { Steps } from '../../base/steps.ts'

/** One thing that a file of apt's configuration does: gives a value, adds to a list, or clears what came before. */
export interface AptStatement {
  readonly kind: 'set' | 'add' | 'clear'
  /** Lower case, `apt::periodic::enable`: names do not count by case. */
  readonly name: string
  readonly value: string
  /** From 1. */
  readonly line: number
}

interface Token {
  readonly text: string
  /** Between quotes: a value, whatever it holds. */
  readonly quoted: boolean
  readonly line: number
}

/**
 * Reads a file of apt.conf(5): `Name "value";`, scopes in braces, lists (`Name { "a"; "b"; }`, `Name:: "a";`), `#clear`,
 * and comments. What is no statement is passed over, where apt would refuse to work at all.
 *
 * @throws TargetError when scopes are in each other without end
 */
export function parseAptConf(text: string): readonly AptStatement[] {
  const statements: AptStatement[] = []
  const scopes: string[] = []
  let words: Token[] = []
  const nameOf = (word: string) => [...scopes, ...(word === '' ? [] : [word])].join('::').toLowerCase()
  const end = () => {
    const [first, second] = words
    words = []
    if (first === undefined) return
    const { line } = first
    if (first.text === '#clear' && !first.quoted) {
      if (second !== undefined) statements.push({ kind: 'clear', name: nameOf(second.text), value: '', line })
    } else if (first.quoted) {
      statements.push({ kind: 'add', name: nameOf(''), value: first.text, line })
    } else if (second !== undefined && first.text.endsWith('::')) {
      statements.push({ kind: 'add', name: nameOf(first.text.slice(0, -2)), value: second.text, line })
    } else if (second !== undefined) {
      statements.push({ kind: 'set', name: nameOf(first.text), value: second.text, line })
    }
  }
  for (const token of tokens(text)) {
    if (token.quoted || !/^[{};]$/.test(token.text)) words.push(token)
    else if (token.text === '{') {
      scopes.push(words[0]?.text ?? '')
      if (scopes.length > DEEPEST)
        new Steps('scopes in each other', DEEPEST).end({ file: 'apt.conf', line: token.line })
      words = []
    } else {
      end()
      if (token.text === '}') scopes.pop()
    }
  }
  return statements
}

/** apt itself had room for a hundred. */
const DEEPEST = 100

/** `#` starts a comment unless it is `#clear` or `#include`; a comment that does not end goes to the end of the file. */
const TOKEN =
  /\/\*(?:[\s\S]*?\*\/|[\s\S]*)|\/\/[^\n]*|#(?!clear\b)[^\n]*|"([^"\n]*)"|([{};])|((?:(?!\/\/|\/\*)[^\s{};"])+)/g

function tokens(text: string): readonly Token[] {
  let [line, at] = [1, 0]
  return Array.from(text.matchAll(TOKEN), (match) => {
    for (; at < match.index; at++) if (text[at] === '\n') line += 1
    const [, quoted, mark, word] = match
    if (quoted !== undefined) return [{ text: quoted, quoted: true, line }]
    const plain = mark ?? word
    return plain === undefined ? [] : [{ text: plain, quoted: false, line }]
  }).flat()
}
