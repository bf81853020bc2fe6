import type { FileRun } from './outcome.ts'

const ROWS = 10

/** The suites that took longest, as a table. */
export function slowest(runs: readonly FileRun[]): string {
  const rows = runs
    .flatMap(({ file, journal }) => journal.suites.map(({ name, seconds }) => ({ file, name, seconds })))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, ROWS)
    .map(({ file, name, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${name}  (${file.replace(/\.js$/, '.ts')})`)
  return ['The slowest suites:', ...rows].join('\n')
}
