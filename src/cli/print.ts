import { reportLines } from '../base/report/print.ts'
import type { Locate, Problem } from '../base/report/report.ts'
import type { Excerpt } from '../core/spec-file/excerpt.ts'
import { type Io, screenOf } from './io.ts'
import type { LoadedSpec } from './load-spec.ts'

/** A report: every error, and the warnings unless `--quiet`; with the lines of the spec where a person looks at it. */
export function problemLines(
  io: Io,
  problems: readonly Problem[],
  locate: Locate,
  excerpt: LoadedSpec['excerpt'] = () => undefined,
): string[] {
  const shown = io.quiet ? problems.filter(({ severity }) => severity === 'error') : problems
  const { isTerminal, columns } = screenOf(io.stderr)
  return reportLines(shown, locate, (problem) => (isTerminal ? excerptLines(excerpt(problem), columns) : []))
}

/** Columns before the text of a line. */
const GUTTER = 7

/** The line under its number, and a mark below the part that is meant; as much of it as the screen is wide. */
function excerptLines(excerpt: Excerpt | undefined, columns: number): string[] {
  if (excerpt === undefined) return []
  const { line, text, start, length } = excerpt
  const width = columns - GUTTER - 2
  const skipped = start > width / 2 && text.length > width ? start - Math.floor(width / 2) : 0
  const part = text.slice(skipped, skipped + width).replaceAll('\t', ' ')
  const [left, right] = [skipped > 0 ? '…' : '', text.length > skipped + width ? '…' : '']
  const mark =
    ' '.repeat(left.length + start - skipped) + '^'.repeat(Math.max(1, Math.min(length, width - start + skipped)))
  return [`${String(line).padStart(GUTTER - 3)} | ${left}${part}${right}`, `${' '.repeat(GUTTER - 3)} | ${mark}`]
}

/** Prints a report on stderr. */
export function printProblems(
  io: Io,
  problems: readonly Problem[],
  locate: Locate,
  excerpt?: LoadedSpec['excerpt'],
): void {
  printMessages(io, problemLines(io, problems, locate, excerpt))
}

/** Prints lines on stderr. */
export function printMessages({ stderr }: Io, lines: readonly string[]): void {
  if (lines.length > 0) stderr.write(lines.map((line) => `${line}\n`).join(''))
}

/** Prints the lines of a report on stdout. */
export function printLines(io: Io, lines: readonly string[]): void {
  if (lines.length > 0) io.stdout.write(lines.map((line) => `${line}\n`).join(''))
}
