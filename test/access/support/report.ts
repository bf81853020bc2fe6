import { findingOf, type Matrix, moreThanSaid, type Result } from './matrix.ts'

const COLUMNS = ['states', 'in', 'out', 'unproved', 'refused', 'falseIn', 'unseen', 'more', 'falseOut'] as const

/** The matrix as a page of Markdown, every miss with its name. @param head what was run, where and when */
export function pageOf(head: readonly string[], matrices: readonly Matrix[], results: readonly Result[]): string {
  const parts = matrices.flatMap((matrix) => [
    '',
    `## ${matrix.release}`,
    '',
    '| kind | states | in | out | cannot be judged | refused | "in" that is out | somebody unseen | wider than said | "out" that is in | image / files / drop-in / package |',
    `|---|${'--:|'.repeat(COLUMNS.length)}---|`,
    ...matrix.kinds.map(
      (row) =>
        `| ${row.kind} | ${COLUMNS.map((name) => row[name]).join(' | ')} | ${Object.values(row.ways).join(' / ')} |`,
    ),
    `| **all** | ${COLUMNS.map((name) => matrix.total[name]).join(' | ')} | |`,
    '',
    matrix.missed.length === 0 ? 'The goals are met.' : `Missed: ${matrix.missed.join('; ')}.`,
    ...namesOf(results.filter(({ release }) => release === matrix.release)),
  ])
  return [...head, ...parts, ''].join('\n')
}

function namesOf(results: readonly Result[]): string[] {
  const listed = (title: string, of: (result: Result) => readonly string[]) => {
    const lines = results.flatMap((result) => {
      const what = of(result)
      return what.length === 0 ? [] : [`- ${result.kind}: ${result.id} (${result.how}): ${what.join(', ')}`]
    })
    return lines.length === 0 ? [] : ['', `### ${title}`, '', ...lines]
  }
  return [
    ...listed('"In" that is out', (result) => findingOf(result).falseIn),
    ...listed('"Nobody else", and somebody is in', (result) => findingOf(result).unseen),
    ...listed('Wider than said', moreThanSaid),
    ...listed('"Out" that is in', (result) => (findingOf(result).falseOut ? result.claim.codes : [])),
    ...listed('Cannot be judged', ({ claim }) => claim.unproved),
    ...listed('Refused, so not tried', ({ claim, truth }) => (truth === null ? claim.codes : [])),
  ]
}
