import { reportLines } from '../spec/print-report.ts'
import type { Locate, Problem } from '../spec/report.ts'
import type { Io } from './io.ts'

/** Prints a report on stderr: every error, and the warnings unless `--quiet`. */
export function printProblems(io: Io, problems: readonly Problem[], locate: Locate): void {
  const shown = io.quiet ? problems.filter(({ severity }) => severity === 'error') : problems
  for (const line of reportLines(shown, locate)) io.stderr.write(`${line}\n`)
}
