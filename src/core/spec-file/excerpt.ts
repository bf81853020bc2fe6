import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, parseDocument } from 'yaml'
import type { Placed } from '../../base/report/print.ts'
import type { SpecPath } from '../../base/report/report.ts'

/** One line of a spec, and the part of it that a problem is about. */
export interface Excerpt {
  readonly line: number
  /** The line without its comment, `***` in place of what may be secret. */
  readonly text: string
  /** Characters of `text` before the part, and of the part. */
  readonly start: number
  readonly length: number
}

/**
 * Keys below which secrets stand, or what people put there by mistake: a password, a private key. Whether the spec knows
 * the key does not count, for the wrong key is what is shown.
 */
const SECRET =
  /pass|psk|secret|token|hash|(?<!host)keys?(?!board)|credential|content|\bpin\b|\bpw\b|wpa|login|kennwort|senha|mot_?de_?passe|webhook/i
/** What stands in for a value that is not shown. */
const MASK = '***'

/** A value or key of the spec, by its offsets. */
interface Part {
  readonly start: number
  readonly end: number
  readonly isHidden: boolean
}

/**
 * The line that a problem is about, as far as it can be shown. Nothing is shown of text that is not YAML, nor of values
 * that go over several lines and may be secret: where a secret begins and ends would be a guess.
 *
 * @param all the problems of the spec, among them those that name unknown keys: their values are hidden too
 */
export function excerptOf(text: string, { position }: Placed, all: readonly Placed[]): Excerpt | undefined {
  const parts = partsOf(text, all)
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]
  const from = starts[position.line - 1]
  if (parts === undefined || from === undefined) return undefined
  const to = from + (text.slice(from).split(/\r?\n/, 1)[0] as string).length
  const here = parts.filter(({ start, end }) => start < to && end > from).sort((a, b) => a.start - b.start)
  if (here.length === 0 || here.some(({ start, end, isHidden }) => isHidden && (start < from || end > to)))
    return undefined
  const last = Math.min(to, Math.max(...here.map(({ end }) => end)))
  const end = last + text.slice(last, to).replace(/\s#.*$|\s+$/, '').length
  const at = from + position.column - 1
  const meant = here.find(({ start }) => start === at)
  const shown = (offset: number) => masked(text, here, from, offset).length
  const [start, stop] = [shown(at), shown(Math.min(to, meant?.end ?? at + 1))]
  return { line: position.line, text: masked(text, here, from, end), start, length: Math.max(1, stop - start) }
}

/** The text from `from` to `to`, hidden parts that begin there masked. */
function masked(text: string, parts: readonly Part[], from: number, to: number): string {
  let shown = ''
  let at = from
  for (const { start, end } of parts.filter(({ isHidden, start }) => isHidden && start < to)) {
    shown += text.slice(at, start) + MASK
    at = end
  }
  return at < to ? shown + text.slice(at, to) : shown
}

/** Every key and value; undefined: the text is not plain YAML. */
function partsOf(text: string, all: readonly Placed[]): Part[] | undefined {
  const document = parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: false, prettyErrors: false })
  if (document.errors.length > 0) return undefined
  const wrong = all.filter(({ code, path }) => code.startsWith('SPC') && path.length > 0)
  const parts: Part[] = []
  let isPlain = true
  const add = (node: Node, isHidden: boolean) => {
    const [start, end] = node.range ?? [0, 0]
    parts.push({ start, end, isHidden })
  }
  const walk = (node: Node | null, path: SpecPath) => {
    if (node === null) return
    if (isAlias(node) || node.tag !== undefined || node.anchor !== undefined) isPlain = false
    else if (isSeq<Node>(node)) for (const [i, item] of node.items.entries()) walk(item, [...path, i])
    else if (isMap<Node, Node | null>(node)) for (const pair of node.items) walkPair(pair, path)
    else if (isScalar(node)) add(node, isHidden(node.value, path, wrong))
  }
  const walkPair = ({ key, value }: Pair<Node, Node | null>, path: SpecPath) => {
    if (!isScalar(key) || key.tag !== undefined || key.anchor !== undefined) isPlain = false
    else {
      add(key, false)
      walk(value, [...path, String(key.value)])
    }
  }
  walk(document.contents, [])
  return isPlain ? parts : undefined
}

/** @param wrong problems of the spec's shape: of what is below them nobody knows what it is */
function isHidden(value: unknown, path: SpecPath, wrong: readonly Placed[]): boolean {
  if (path.some((step) => typeof step === 'string' && SECRET.test(step))) return true
  if (typeof value === 'string' && /:\/\/[^/\s]*@/.test(value)) return true
  const isKnown = !wrong.some(({ code, path: other }) => {
    const isWithin = other.every((step, i) => step === path[i])
    return isWithin && (code === 'SPC002' || path.length > other.length)
  })
  return !isKnown && !/^(?:\d{1,5}|true|false|null)$/.test(String(value))
}
