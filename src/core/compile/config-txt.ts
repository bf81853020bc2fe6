import { assertVisible, EncodeError } from '../../base/encode/encode.ts'
import type { Origin } from '../../base/report/origin.ts'
import { LINE_LENGTH } from '../../device/formats/config-txt.ts'
import { type FileOperation, file } from '../plan/operation.ts'
import type { ConfigRequest } from '../plan/request.ts'

const BEGIN = '# pibake: begin'
const END = '# pibake: end'

/**
 * config.txt with pibake's lines in one marked block at its end, grouped by filter; undefined when nothing is asked.
 * The block ends with `[all]`, so that what is appended later is not caught by the last filter. An earlier block goes where nothing
 * is asked any more.
 *
 * @param current the text of config.txt, with or without an earlier block
 * @param stale why an earlier block goes
 */
export function editConfigTxt(
  current: string,
  requests: readonly ConfigRequest[],
  stale: Origin,
): FileOperation | undefined {
  const first = requests[0]
  if (first === undefined) {
    const left = withoutBlock(current)
    return left === current ? undefined : onBoot(left, { origin: stale, undoes: true })
  }
  const before = withoutBlock(current).replace(/\n*$/, '\n')
  const lines: { text: string; origin: Origin }[] = [{ text: BEGIN, origin: first.origin }]
  const free = requests.filter(({ inOrder }) => inOrder === undefined)
  for (const filter of [...new Set(free.map((request) => request.filter))].sort()) {
    const own = free.filter((request) => request.filter === filter)
    lines.push({ text: `[${word(filter)}]`, origin: (own[0] as ConfigRequest).origin })
    for (const { line, origin } of own) lines.push({ text: setting(line), origin })
  }
  let last: string | undefined
  for (const { filter, line, origin } of requests.filter(({ inOrder }) => inOrder === true)) {
    // Filters of different kinds would all have to hold.
    if (filter !== last) {
      lines.push(...[...new Set(['all', word(filter)])].map((one) => ({ text: `[${one}]`, origin })))
    }
    last = filter
    lines.push({ text: setting(line), origin })
  }
  lines.push({ text: '[all]', origin: first.origin }, { text: END, origin: first.origin })
  const offset = before.split('\n').length - 1
  return onBoot(`${before}${lines.map((line) => line.text).join('\n')}\n`, {
    origin: first.origin,
    lines: new Map(lines.map((line, i) => [offset + i, line.origin])),
  })
}

function onBoot(
  text: string,
  by: { origin: Origin; lines?: ReadonlyMap<number, Origin>; undoes?: true },
): FileOperation {
  return file('/config.txt', new TextEncoder().encode(text), { partition: 'boot', mode: 0o755, edited: true, ...by })
}

function withoutBlock(text: string): string {
  const start = text.indexOf(`${BEGIN}\n`)
  const end = text.indexOf(`${END}\n`)
  return start === -1 || end < start ? text : text.slice(0, start) + text.slice(end + END.length + 1)
}

function word(filter: string): string {
  if (!/^[a-z0-9=:+_-]+$/i.test(filter)) throw new EncodeError('not a config.txt filter')
  return filter
}

function setting(line: string): string {
  assertVisible(line)
  if (line.length > LINE_LENGTH || line.startsWith('[') || line.startsWith('#'))
    throw new EncodeError('not a config.txt line')
  return line
}
