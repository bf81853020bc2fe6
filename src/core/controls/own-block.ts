import type { Origin } from '../../base/report/origin.ts'

/** Lines of pibake's own in a file of the image, between two marks. */
const BEGIN = '# pibake: begin'
const END = '# pibake: end'

/** Before a line of the image that does not count any more; without the mark it counts again. */
const OVERRULED = '#pibake: '

export interface BlockLine {
  readonly text: string
  readonly origin: Origin
}

interface Place {
  /** Lines of the image that would say otherwise: they are commented out. */
  readonly overrules?: RegExp
  /** The block comes behind the first line that matches; without one, or where none does, at the end. */
  readonly after?: RegExp
}

/**
 * A text of the image with lines of pibake's own, in place of those that an earlier plan has put there.
 *
 * @returns the lines that are pibake's, by their number from 0, each with its origin
 */
export function withBlock(
  text: string,
  block: readonly BlockLine[],
  { overrules, after }: Place = {},
): { readonly text: string; readonly lines: ReadonlyMap<number, Origin> } {
  const original = withoutBlock(text)
  const first = block[0]
  if (first === undefined) return { text: original, lines: new Map() }
  const all = original === '' ? [] : original.replace(/\n*$/, '').split('\n')
  const own = [{ text: BEGIN, origin: first.origin }, ...block, { text: END, origin: first.origin }]
  const found = after === undefined ? -1 : all.findIndex((line) => after.test(line))
  const at = found === -1 ? all.length : found + 1
  const isOverruled = (line: string) => overrules?.test(line) ?? false
  const lines = new Map(own.map(({ origin }, i) => [at + i, origin] as const))
  for (const [i, line] of all.entries()) if (isOverruled(line)) lines.set(i < at ? i : i + own.length, first.origin)
  const kept = all.map((line) => (isOverruled(line) ? OVERRULED + line : line))
  const joined = [...kept.slice(0, at), ...own.map((line) => line.text), ...kept.slice(at)]
  return { text: `${joined.join('\n')}\n`, lines }
}

/** The text as the image had it. */
export function withoutBlock(text: string): string {
  const [start, end] = [text.indexOf(`${BEGIN}\n`), text.indexOf(`${END}\n`)]
  if (start === -1 || end < start) return text
  const rest = text.slice(0, start) + text.slice(end + END.length + 1)
  return rest
    .split('\n')
    .map((line) => (line.startsWith(OVERRULED) ? line.slice(OVERRULED.length) : line))
    .join('\n')
}

/** The numbers (from 1) of the two marks; undefined: there are none. */
export function ownLines(text: string): { readonly first: number; readonly last: number } | undefined {
  const lines = text.split('\n')
  const [first, last] = [lines.indexOf(BEGIN), lines.indexOf(END)]
  return first === -1 || last < first ? undefined : { first: first + 1, last: last + 1 }
}
