import { type Goal, judged, medianOf } from './goal.ts'
import type { machine, Result } from './measure.ts'

/** A row as it was measured. */
export interface MeasuredRow {
  readonly name: string
  readonly goals: readonly Goal[]
  readonly results: readonly Result[]
}

/** The tables of a set of results, as Markdown. */
export function report(about: ReturnType<typeof machine>, rows: readonly MeasuredRow[]): string {
  const lines = [
    `# Images, ${about.date}`,
    '',
    `${about.processor}, ${about.cores} cores, ${about.memoryGiB} GiB, Linux ${about.kernel}, Node.js ${about.node}. Medians; raw runs in the`,
    'JSON file beside this one. Every run is a whole process. The last column: the seconds of the first of the row over those of this one.',
    '',
    '| work | by | runs | s | CPU s | MB | × |',
    '|---|---|---|---|---|---|---|',
    ...rows.flatMap(({ name, results }) => results.map((result) => `| ${name} | ${cells(result, results[0])} |`)),
    '',
    'The goals are held against the first of each row.',
    '',
    '| work | goal | measured | met |',
    '|---|---|---|---|',
    ...rows.flatMap(({ name, goals, results }) =>
      goals.map((one) => {
        const { goal, measured, met } = judged(one, results)
        return `| ${name} | ${goal} | ${measured} | ${met} |`
      }),
    ),
  ]
  return `${lines.join('\n')}\n`
}

function cells(result: Result, first: Result | undefined): string {
  const { name, samples, missing } = result
  if (missing !== undefined) return `${name}: ${missing} | 0 | – | – | – | –`
  const wall = medianOf(result, 'wall')
  return [
    name,
    samples.length,
    wall.toFixed(2),
    medianOf(result, 'cpu').toFixed(2),
    (medianOf(result, 'rss') / 1024).toFixed(0),
    // Too short for time(1) to tell.
    wall === 0 ? '–' : (medianOf(first, 'wall') / wall).toFixed(2),
  ].join(' | ')
}
