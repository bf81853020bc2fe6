import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type Scalar } from 'yaml'
import type { Code } from '../../base/report/codes.ts'
import type { Locate, Position, Problem, SpecPath } from '../../base/report/report.ts'
import { isForeignKey, isPrivateKey, PRIVATE_KEY } from '../../device/formats/mistaken-key.ts'
import { tooDeep } from './depth.ts'

/** The spec's own shape is at most 6 deep. */
const MAX_DEPTH = 20

/** What messages call a file, and from when on it is refused. */
export interface YamlKind {
  readonly called: string
  /** Larger files are refused before they are parsed. */
  readonly mib: number
  /** Values, those that aliases add too: a file of ordinary size, not the billions of a "bomb". */
  readonly values: number
  readonly elsewhere: string
}

const SPEC: YamlKind = {
  called: 'the spec',
  mib: 1,
  values: 100_000,
  elsewhere: 'put large files beside the spec and name them with `source`',
}

/** A spec file as plain values (objects without prototype, arrays, strings, numbers, booleans, null) and their places. */
export interface YamlFile {
  /** Undefined when the text is not YAML at all. */
  readonly value: unknown
  readonly problems: readonly Problem[]
  readonly locate: Locate
}

/** Characters that nobody sees, and that no spec holds as they are, but for tabs and the ends of lines. */
export const HIDDEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** A file may have ten thousands of errors, and where in the parser each was made takes longest to find out. */
function withoutStacks<T>(work: () => T): T {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return work()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** Reads YAML 1.2 (core schema), strictly: one document, no tags, no duplicate keys, bounded depth and aliases. */
export function readYaml(bytes: Uint8Array, file: string, kind: YamlKind = SPEC): YamlFile {
  const { called } = kind
  const start: Position = { file, line: 1, column: 1 }
  const nowhere: Locate = () => start
  const stop = (code: Code, message: string, hint: string, position = start): YamlFile => ({
    value: undefined,
    problems: [{ severity: 'error', code, path: [], message, hint, position }],
    locate: nowhere,
  })

  if (bytes.length > kind.mib * 2 ** 20)
    return stop('YML005', `${called} is larger than ${kind.mib} MiB`, kind.elsewhere)
  const text = decode(bytes)
  if (text === undefined) {
    return stop(
      'YML001',
      `${called} is not UTF-8 text`,
      'save it as UTF-8 (Windows editors and PowerShell like to write UTF-16)',
    )
  }
  const lines = new LineCounter()
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  for (const { 0: mark, index } of text.matchAll(HIDDEN)) {
    if (mark === '\t' || mark === '\n' || mark === '\r') continue
    return stop(
      'YML008',
      `${called} holds the invisible character U+${hex(mark)}`,
      'delete it; in a string write it as an escape',
      at(text, index, file),
    )
  }
  if (tooDeep(text, MAX_DEPTH))
    return stop('YML006', `${called} is nested more than ${MAX_DEPTH} deep`, 'no key lies that deep')

  const document = withoutStacks(() =>
    parseDocument(text, {
      version: '1.2',
      schema: 'core',
      lineCounter: lines,
      uniqueKeys: true,
      prettyErrors: false,
    }),
  )
  // After the first error of syntax the others come only of the parser's confusion.
  const first = document.errors.find(({ code }) => code !== 'DUPLICATE_KEY')
  const shown = document.errors.filter((error) => error === first || error.code === 'DUPLICATE_KEY')
  const problems: Problem[] = shown.map((error) => ({
    severity: 'error',
    path: [],
    ...explain(error),
    ...keyBlock(text, error),
    position: place(error.pos[0]),
  }))
  const complain = (code: Code, path: SpecPath, message: string, hint: string, node: Node) => {
    problems.push({ severity: 'error', code, path, message, hint, position: place(node.range?.[0] ?? 0) })
  }
  if (document.errors.length > 0) return { value: undefined, problems, locate: nowhere }

  let values = 0
  const anchored = new Map<string, Node>()
  const convert = (node: Node | null, path: SpecPath, within: readonly Node[]): unknown => {
    values += 1
    if (node === null || values > kind.values) return null
    if (isAlias(node)) {
      const target = anchored.get(node.source)
      if (target !== undefined && !within.includes(target)) return convert(target, path, within)
      const what = target === undefined ? 'names no anchor above it' : 'refers to itself'
      // A password may start with the mark of an alias: it is not repeated.
      complain(
        'YML007',
        path,
        `the alias ${what}`,
        'write the value out; put a value that starts with * in quotes',
        node,
      )
      return undefined
    }
    if (node.anchor !== undefined) anchored.set(node.anchor, node)
    if (node.tag !== undefined)
      complain('YML009', path, 'YAML tags are not used here', 'delete the word that starts with !', node)
    const inside = [...within, node]
    if (isSeq<Node>(node)) return node.items.map((item, i) => convert(item, [...path, i], inside))
    if (!isMap<Node, Node | null>(node)) return isScalar(node) ? node.value : null
    const object: Record<string, unknown> = Object.create(null)
    for (const { key, value } of node.items) {
      const name = keyName(key)
      if (name === undefined) complain('YML010', path, 'a key must be a plain word', 'quote it, or write it out', key)
      else {
        const converted = convert(value, [...path, name], inside)
        if (converted !== undefined) object[name] = converted
      }
    }
    return object
  }
  const value = convert(document.contents, [], [])
  if (values > kind.values)
    return stop('YML007', `${called} grows beyond all measure through its aliases`, 'write the values out')
  return { value, problems, locate: locator(document.contents, anchored, place) }
}

/** Keys that could reach an object's prototype are refused like any other unusable key. */
function keyName(key: Node): string | undefined {
  if (!isScalar(key) || key.tag !== undefined) return undefined
  const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
  return ['__proto__', 'constructor', 'prototype'].includes(name) ? undefined : name
}

function locator(root: Node | null, anchored: ReadonlyMap<string, Node>, place: (offset: number) => Position): Locate {
  const resolve = (node: Node | null) => (isAlias(node) ? (anchored.get(node.source) ?? null) : node)
  return (path, part = 'value') => {
    let node: Node | null = root
    let key: Node | undefined
    for (const step of path) {
      const holder = resolve(node)
      if (isSeq<Node>(holder) && typeof step === 'number' && holder.items[step] !== undefined) {
        node = holder.items[step]
        key = undefined
      } else if (isMap<Node, Node | null>(holder)) {
        const pair: Pair<Node, Node | null> | undefined = holder.items.find((item) => keyName(item.key) === step)
        if (pair === undefined) return undefined
        key = pair.key
        node = pair.value
      } else return undefined
    }
    const startsBelow = node === null || ((isMap(node) || isSeq(node)) && node.flow !== true) || isEmpty(node)
    const shown = key !== undefined && (part === 'key' || startsBelow) ? key : node
    return place(shown?.range?.[0] ?? 0)
  }
}

function isEmpty(node: Node): boolean {
  return isScalar(node) && (node as Scalar).value === null
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function at(text: string, index: number, file: string): Position {
  const before = text.slice(0, index).split(/\r\n|\n|\r/)
  return { file, line: before.length, column: (before.at(-1) as string).length + 1 }
}

function hex(mark: string): string {
  return (mark.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')
}

/** A key of several lines that was pasted as it is, if that is what broke the YAML: it may be a private one. */
function keyBlock(text: string, { code }: { readonly code: string }): { hint?: string } {
  if (code === 'DUPLICATE_KEY') return {}
  if (isPrivateKey(text)) return { hint: `the spec holds a PRIVATE key: ${PRIVATE_KEY.hint}` }
  if (isForeignKey(text))
    return {
      hint: 'a key in another format cannot stand here as it is; put it into a file and write: { file: NAME.pub }',
    }
  return {}
}

/** What the YAML library says, in the words of a spec's author. Its own text may quote the source, so it is not used. */
function explain({ code }: { readonly code: string }): { code: Code; message: string; hint: string } {
  switch (code) {
    case 'DUPLICATE_KEY':
      return { code: 'YML003', message: 'this key is written twice', hint: 'keep one of them' }
    case 'MULTIPLE_DOCS':
      return { code: 'YML004', message: 'a spec is one YAML document', hint: 'delete what follows the line ---' }
    case 'TAB_AS_INDENT':
      return { code: 'YML011', message: 'a tab is used to indent', hint: 'YAML indents with spaces only' }
    case 'BAD_INDENT':
      return {
        code: 'YML002',
        message: 'the indentation does not fit the lines above',
        hint: 'keys of one section start in the same column',
      }
    case 'MISSING_CHAR':
      return {
        code: 'YML002',
        message: 'a quote, bracket or space is missing',
        hint: 'close the quote or bracket; write a space after the colon',
      }
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return {
        code: 'YML002',
        message: 'a second colon makes this text look like a key',
        hint: 'put the value in quotes',
      }
    default:
      return {
        code: 'YML002',
        message: `this is not YAML (${code.toLowerCase().replaceAll('_', ' ')})`,
        hint: 'put values with : # { } [ ] & * ! | > % @ ` in quotes',
      }
  }
}
