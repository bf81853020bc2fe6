import { visible } from '../../base/encode/visible.ts'
import { type Origin, placeText } from '../../base/report/origin.ts'
import type { Note } from '../plan/request.ts'
import type { Paper } from './paper.ts'
import { wrapped } from './screen.ts'

/** What the owner should know, a line each; warnings first. */
export function noteLines(paper: Paper, notes: readonly Note[]): string[] {
  const { screen } = paper
  const sorted = [...notes].sort((a, b) => Number(a.severity !== 'warning') - Number(b.severity !== 'warning'))
  return sorted.flatMap(({ origin, severity, message }) => {
    const word = severity === 'warning' ? 'warning' : 'note'
    const from = [origin.key, origin.position === null ? 'default' : placeText(origin)]
      .filter((part) => part !== '')
      .join(', ')
    const [first = '', ...rest] = wrapped(visible(`${word}: ${message} (${from})`), screen)
    return [first.replace(word, paper.style(severity === 'warning' ? 'yellow' : 'cyan', word)), ...rest]
  })
}

/** `pibake.yaml:12:7 ssh.port: the reason` */
export function originText(origin: Origin): string {
  const reason = origin.key === '' ? origin.because : `${origin.key}: ${origin.because}`
  return visible(`${placeText(origin)} ${reason}`)
}
