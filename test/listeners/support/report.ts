import type { Comparison } from './device.ts'

/** What came of one configuration of a daemon. */
export interface Result extends Comparison {
  readonly daemon: string
  readonly case: string
  /** It could not be tried. */
  readonly error?: string
}

const isWrong = ({ missed, vain }: Result) => missed.length + vain.length > 0

/** The results as a page of Markdown, every miss with its name. */
export function pageOf(head: readonly string[], results: readonly Result[]): string {
  // Where nothing beside mDNS was opened and nothing was predicted, nothing was judged.
  const isIdle = ({ predicted, seen }: Result) => [...predicted, ...seen].every((text) => text === '5353/udp')
  const tried = results.filter((result) => result.error === undefined && (!isIdle(result) || result.daemon === 'avahi'))
  const right = tried.filter((result) => !isWrong(result))
  const names = (list: readonly Result[]) => new Set(list.map(({ daemon }) => daemon))
  const isRight = (daemon: string) => !tried.some((result) => result.daemon === daemon && isWrong(result))
  const cell = (texts: readonly string[]) => (texts.length === 0 ? '-' : texts.join(', '))
  const counts = (list: readonly Result[], key: 'predicted' | 'seen' | 'missed' | 'vain') =>
    list.reduce((sum, one) => sum + one[key].length, 0)
  return [
    ...head,
    '',
    `${names(tried).size} daemons in ${tried.length} configurations; predicted and real sockets agree in ${right.length} of them, and for`,
    `${[...names(tried)].filter(isRight).length} daemons in all. ${counts(tried, 'seen')} sockets were seen, ${counts(tried, 'missed')} of them not predicted; ${counts(tried, 'vain')} were predicted and not there.`,
    '',
    '| daemon | configuration | predicted | not predicted | not there | units that failed |',
    '|---|---|---|---|---|---|',
    ...tried.map(
      ({ daemon, case: name, predicted, missed, vain, failed }) =>
        `| ${daemon} | ${name} | ${cell(predicted)} | ${cell(missed)} | ${cell(vain)} | ${cell(failed)} |`,
    ),
    '',
    ...results
      .filter(({ error }) => error !== undefined)
      .map(({ daemon, case: name, error = '' }) => `- not tried: ${daemon}, ${name}: ${error.split('\n')[0]}`),
    '',
  ].join('\n')
}
