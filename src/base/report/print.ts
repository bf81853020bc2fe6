import { visible } from '../encode/visible.ts'
import { bytewise } from '../order.ts'
import { type Locate, nearest, type Position, type Problem, positionText } from './report.ts'

/** A problem with its place filled in, as reports print it. */
export interface Placed extends Problem {
  readonly position: Position
}

/** Gives every problem its place, and puts them in the order of the files and their lines. What is said twice at one place is kept once. */
export function inOrder(problems: readonly Problem[], locate: Locate): Placed[] {
  const placed = problems.map((problem) => ({
    ...problem,
    position: problem.position ?? nearest(locate, problem.path),
  }))
  const unique = new Map(placed.map((problem) => [headline(problem), problem]))
  return [...unique.values()].sort(
    (a, b) =>
      bytewise(a.position.file, b.position.file) ||
      a.position.line - b.position.line ||
      a.position.column - b.position.column ||
      Number(a.code > b.code) - Number(a.code < b.code),
  )
}

/**
 * The report that people read: `pibake.yaml:12:7 error SSH004 …`, and the hint on a line of its own. Control and
 * invisible characters are escaped, whatever a file name or key holds.
 *
 * @param between lines that show the place of a problem
 */
export function reportLines(
  problems: readonly Problem[],
  locate: Locate,
  between: (problem: Placed) => readonly string[] = () => [],
): string[] {
  return inOrder(problems, locate).flatMap((problem) => [
    visible(headline(problem)),
    ...between(problem).map(visible),
    ...(problem.hint === undefined ? [] : [visible(`  hint: ${problem.hint}`)]),
  ])
}

/** `2 errors, 1 warning`, what there is none of left out; `no problems`. */
export function summary(problems: readonly Problem[]): string {
  const counts = (['error', 'warning'] as const).flatMap((severity) => {
    const number = problems.filter((problem) => problem.severity === severity).length
    return number === 0 ? [] : [`${number} ${severity}${number === 1 ? '' : 's'}`]
  })
  return counts.join(', ') || 'no problems'
}

function headline({ position, severity, code, message }: Placed): string {
  return `${positionText(position)} ${severity} ${code} ${message}`
}
