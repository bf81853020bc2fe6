import { grouped } from '../../base/grouped.ts'
import { remembered } from '../../base/remembered.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { plainPath } from '../formats/plain-path.ts'
import { textAt } from '../sshd/files.ts'
import { globInside } from '../sshd/glob.ts'
import type { ConfigPlace } from './daemon-listener.ts'

/** A setting of a configuration that has one on each line. */
export interface ConfigLine {
  /** In lower case. */
  readonly key: string
  /** Without quotes around it. */
  readonly value: string
  /** The whole of it as written, without its comment. */
  readonly text: string
  /** Of `[NAME]` before it, in lower case; empty: none. */
  readonly section: string
  readonly at: ConfigPlace
}

export interface LineGrammar {
  /** What is between key and value; ` ` is any white space. */
  readonly between: '=' | ' ' | ':'
  /** Characters that begin a comment, at the start of a line or after white space. */
  readonly comments?: string
  /** The pattern of the files that a line includes, relative to `folder`; undefined: the line includes nothing. */
  readonly includes?: (line: ConfigLine) => string | readonly string[] | undefined
  /** For relative patterns; the file's own folder unless given. */
  readonly folder?: string
}

/** No configuration is longer; of one that is, the beginning is read. */
const MOST_TEXT = 1 << 19
const MOST_FILES = 100

/** What one configuration may read, with all that it includes: files that include each other have no end. */
export class Includes {
  #files = MOST_FILES
  #text = MOST_TEXT

  /** The files that a line includes, sorted by byte; none: there were enough. */
  like(root: Tree, pattern: string): readonly string[] {
    this.#files -= 1
    return this.#files < 0 ? [] : filesLike(root, pattern)
  }

  /** The text of a further file; empty: there were enough. */
  text(root: Tree, file: string): string {
    this.#files -= 1
    if (this.#files < 0 || this.#text < 0) return ''
    const text = configText(root, file)
    this.#text -= text.length
    return text
  }
}

/** The text of a configuration file; empty: it is not there. */
export function configText(root: Tree, file: string): string {
  const path = plainPath(file)
  return path === undefined ? '' : (textAt(root, path) ?? '').slice(0, MOST_TEXT)
}

/** Whether a path leads to something. */
export function isThere(root: Tree, file: string): boolean {
  return textAt(root, file) !== undefined
}

/** The files that a pattern with wildcards names, sorted by byte. */
export function filesLike(root: Tree, pattern: string): readonly string[] {
  const path = plainPath(pattern)
  return path === undefined ? [] : globInside(root, path).slice(0, MOST_FILES)
}

/** The settings of a file in order, each included file in the place of the line that includes it. */
export function configLines(root: Tree, file: string, grammar: LineGrammar): readonly ConfigLine[] {
  const lines: ConfigLine[] = []
  readLines(root, file, grammar, new Includes(), lines)
  return lines
}

/** Adds the lines of a file, and of those that it includes, to `lines`: one list for all, for files include files include files. */
function readLines(root: Tree, file: string, grammar: LineGrammar, includes: Includes, lines: ConfigLine[]): void {
  let section = ''
  for (const [index, raw] of includes.text(root, file).split('\n').entries()) {
    const text = withoutComment(raw, grammar.comments ?? '#')
    const heading = /^\[+([^[\]]*)\]+$/.exec(text)?.[1]
    if (heading !== undefined) section = heading.trim().toLowerCase()
    if (text === '' || heading !== undefined) continue
    const { key, value } = divided(text, grammar.between)
    const own = { key, value, text, section, at: { file, line: index + 1 } }
    const patterns = [grammar.includes?.(own) ?? []].flat()
    if (patterns.length === 0) lines.push(own)
    const folder = grammar.folder ?? file.slice(0, file.lastIndexOf('/'))
    for (const pattern of patterns) {
      for (const path of includes.like(root, plainPath(pattern, folder) ?? ''))
        readLines(root, path, grammar, includes, lines)
    }
  }
}

function withoutComment(raw: string, comments: string): string {
  let quote = ''
  for (let at = 0; at < raw.length; at += 1) {
    const char = raw.charAt(at)
    if (quote !== '') quote = char === quote ? '' : quote
    else if (char === '"') quote = char
    else if (comments.includes(char) && (at === 0 || /\s/.test(raw.charAt(at - 1)))) return raw.slice(0, at).trim()
  }
  return raw.trim()
}

function divided(text: string, between: LineGrammar['between']): { key: string; value: string } {
  const at = between === ' ' ? text.search(/\s/) : text.indexOf(between)
  if (at < 0) return { key: text.toLowerCase(), value: '' }
  const key = text.slice(0, at).trim().toLowerCase()
  return { key: key.replace(/^export /, ''), value: unquoted(text.slice(at + 1).trim()) }
}

/** Without the quotes around the whole of a text. */
export function unquoted(text: string): string {
  return /^"[^"]*"$|^'[^']*'$/.test(text) ? text.slice(1, -1) : text
}

/** The settings of a key, of all sections or of one. */
export function named(lines: readonly ConfigLine[], key: string, section?: string): readonly ConfigLine[] {
  return byName(lines).get(section === undefined ? key : `${section}\n${key}`) ?? []
}

/** Readers ask for settings once for each listener: by key, and by section and key, neither of which has a line break. */
const byName = remembered((lines: readonly ConfigLine[]) =>
  grouped(lines, ({ section, key }) => [key, `${section}\n${key}`]),
)

/** The last setting of a key, which is the one that counts in most grammars. */
export function lastNamed(lines: readonly ConfigLine[], key: string, section?: string): ConfigLine | undefined {
  return named(lines, key, section).at(-1)
}

/** What most grammars take for yes. */
export function isYes(value: string | undefined): boolean {
  return /^(yes|true|on|1|enabled?)$/i.test((value ?? '').trim())
}

/** What most grammars take for no. */
export function isNo(value: string | undefined): boolean {
  return /^(no|false|off|0|disabled?)$/i.test((value ?? '').trim())
}

/** Words between white space and commas. */
export function listOf(value: string | undefined): readonly string[] {
  return (value ?? '').split(/[\s,]+/).filter((word) => word !== '')
}

/** The value of a flag of a command: `-p 80`, `-p80`, `--port 80`, `--port=80`; the last one counts. */
export function flagIn(words: readonly string[], ...flags: readonly string[]): string | undefined {
  return words
    .flatMap((word, index) => {
      const flag = flags.find((one) => word === one || word.startsWith(one.startsWith('--') ? `${one}=` : one))
      if (flag === undefined) return []
      if (word === flag) return words[index + 1] ?? ''
      return word.slice(flag.length).replace(/^=/, '')
    })
    .at(-1)
}
