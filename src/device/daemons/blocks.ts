import { grouped } from '../../base/grouped.ts'
import { remembered } from '../../base/remembered.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { plainPath } from '../formats/plain-path.ts'
import { Includes } from './config-lines.ts'
import type { ConfigPlace } from './daemon-listener.ts'

/** A statement of a configuration of nested blocks: `listen 80;`, `server { … }`. */
export interface Statement {
  /** Without their quotes. */
  readonly words: readonly string[]
  /** What is in its braces; undefined: it has none. */
  readonly block: readonly Statement[] | undefined
  readonly at: ConfigPlace
}

export interface BlockGrammar {
  /** What ends a statement: `;` as in nginx and named, the end of the line as in dovecot and xinetd. */
  readonly ends: ';' | '\n'
  /** The pattern of files that a statement includes. */
  readonly includes: (words: readonly string[]) => string | undefined
  /** For relative patterns. */
  readonly folder: string
}

/** The statements of a file, those of an included one in the place of the statement that includes it. */
export function readBlocks(root: Tree, file: string, grammar: BlockGrammar): readonly Statement[] {
  return readFile(root, file, grammar, new Includes())
}

function readFile(root: Tree, file: string, grammar: BlockGrammar, includes: Includes): readonly Statement[] {
  const open: Statement[][] = [[]]
  let words: string[] = []
  let line = 1
  const end = (block: Statement[] | undefined) => {
    const into = open.at(-1) as Statement[]
    const pattern = block === undefined && words.length > 0 ? grammar.includes(words) : undefined
    if (pattern !== undefined) {
      for (const path of includes.like(root, plainPath(pattern, grammar.folder) ?? '')) {
        for (const statement of readFile(root, path, grammar, includes)) into.push(statement)
      }
    } else if (words.length > 0 || block !== undefined) into.push({ words, block, at: { file, line } })
    words = []
  }
  /** Where lines end statements, a brace may be on the line below the words that it belongs to. */
  const takeUp = () => {
    const last = open.at(-1)?.at(-1)
    if (grammar.ends === ';' || last === undefined || last.block !== undefined || last.at.file !== file) return
    open.at(-1)?.pop()
    words = [...last.words]
    line = last.at.line ?? line
  }
  for (const { text, at } of tokensOf(includes.text(root, file), grammar)) {
    if (text === '{') {
      const block: Statement[] = []
      if (words.length === 0) line = at
      if (words.length === 0) takeUp()
      end(block)
      open.push(block)
    } else if (text === '}') {
      end(undefined)
      if (open.length > 1) open.pop()
    } else if (text === grammar.ends) end(undefined)
    else if (text !== '\n') {
      if (words.length === 0) line = at
      words.push(text.replace(/^(["'])(.*)\1$/s, '$2'))
    }
  }
  end(undefined)
  return open[0] as Statement[]
}

/** Where lines end statements, braces are such by themselves alone: Caddy's `{$PORT}` is a word. */
const TOKENS: Readonly<Record<BlockGrammar['ends'], RegExp>> = {
  ';': /#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"[^"\n]*"|'[^'\n]*'|[{};\n]|[^\s{};"']+|["']/g,
  '\n': /#[^\n]*|"[^"\n]*"|\n|[^\s"]+|"/g,
}

function* tokensOf(text: string, { ends }: BlockGrammar): Generator<{ text: string; at: number }> {
  let at = 1
  for (const [token] of text.matchAll(TOKENS[ends])) {
    const isComment = token.startsWith('#') || (ends === ';' && /^\/[/*]/.test(token))
    if (!isComment) yield { text: token, at }
    at += token.split('\n').length - 1
  }
}

/** The statements that begin with a word, in blocks of any depth too. */
export function deep(statements: readonly Statement[], name: string): readonly Statement[] {
  const found: Statement[] = []
  const stack = [statements.values()]
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const { value, done } = top.next()
    if (done === true) stack.pop()
    else {
      if (value.words[0]?.toLowerCase() === name) found.push(value)
      if (value.block !== undefined) stack.push(value.block.values())
    }
  }
  return found
}

/** The blocks of a name right in these statements, as one list. */
export function within(statements: readonly Statement[], name: string): readonly Statement[] {
  return statements.flatMap(({ words, block }) => (words[0]?.toLowerCase() === name ? (block ?? []) : []))
}

/** The statements of a name right in these statements. */
export function those(statements: readonly Statement[], name: string): readonly Statement[] {
  return byName(statements).get(name) ?? []
}

const byName = remembered((statements: readonly Statement[]) =>
  grouped(statements, ({ words: [name] }) => (name === undefined ? [] : [name.toLowerCase()])),
)
