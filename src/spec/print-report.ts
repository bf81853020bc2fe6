import { visible } from '../encode/visible.ts'
import type { Locate, Position, Problem } from './report.ts'

/** A problem with its place filled in, as reports print it. */
export interface Placed extends Problem {
  readonly position: Position
}

/** Gives every problem its place, and puts them in the order of the file. What is said twice at one place is kept once. */
export function inOrder(problems: readonly Problem[], locate: Locate): Placed[] {
  const placed = problems.map((problem) => ({ ...problem, position: problem.position ?? locate(problem.path) }))
  const unique = new Map(placed.map((problem) => [headline(problem), problem]))
  return [...unique.values()].sort(
    (a, b) =>
      a.position.line - b.position.line ||
      a.position.column - b.position.column ||
      Number(a.code > b.code) - Number(a.code < b.code),
  )
}

/**
 * The report that people read: `pibake.yaml:12:7 error SSH004 …`, and the hint on a line of its own. Control and
 * invisible characters are escaped, whatever a file name or key holds.
 */
export function reportLines(problems: readonly Problem[], locate: Locate): string[] {
  return inOrder(problems, locate).flatMap((problem) => [
    visible(headline(problem)),
    ...(problem.hint === undefined ? [] : [visible(`  hint: ${problem.hint}`)]),
  ])
}

/** `2 errors, 1 warning`. */
export function summary(problems: readonly Problem[]): string {
  const count = (severity: Problem['severity']) => {
    const number = problems.filter((problem) => problem.severity === severity).length
    return `${number} ${severity}${number === 1 ? '' : 's'}`
  }
  return `${count('error')}, ${count('warning')}`
}

function headline({ position, severity, code, message }: Placed): string {
  return `${position.file}:${position.line}:${position.column} ${severity} ${code} ${message}`
}
