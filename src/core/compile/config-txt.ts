import { assertVisible, EncodeError } from '../../base/encode/encode.ts'
import type { Origin } from '../../base/report/origin.ts'
import { type FileOperation, file } from '../plan/operation.ts'
import type { ConfigRequest } from '../plan/request.ts'

const BEGIN = '# pibake: begin'
const END = '# pibake: end'

/**
 * config.txt with pibake's lines in one marked block at its end, grouped by filter; undefined when nothing is asked.
 * The block ends with `[all]`, so that what is appended later is not caught by the last filter.
 *
 * @param current the text of config.txt, with or without an earlier block
 */
export function editConfigTxt(current: string, requests: readonly ConfigRequest[]): FileOperation | undefined {
  const first = requests[0]
  if (first === undefined) return undefined
  const before = withoutBlock(current).replace(/\n*$/, '\n')
  const lines: { text: string; origin: Origin }[] = [{ text: BEGIN, origin: first.origin }]
  for (const filter of [...new Set(requests.map((request) => request.filter))].sort()) {
    const own = requests.filter((request) => request.filter === filter)
    lines.push({ text: `[${word(filter)}]`, origin: (own[0] as ConfigRequest).origin })
    for (const { line, origin } of own) lines.push({ text: setting(line), origin })
  }
  lines.push({ text: '[all]', origin: first.origin }, { text: END, origin: first.origin })
  const offset = before.split('\n').length - 1
  return file('/config.txt', new TextEncoder().encode(`${before}${lines.map((line) => line.text).join('\n')}\n`), {
    partition: 'boot',
    mode: 0o755,
    origin: first.origin,
    lines: new Map(lines.map((line, i) => [offset + i, line.origin])),
    edited: true,
  })
}

function withoutBlock(text: string): string {
  const start = text.indexOf(`${BEGIN}\n`)
  const end = text.indexOf(`${END}\n`)
  return start === -1 || end < start ? text : text.slice(0, start) + text.slice(end + END.length + 1)
}

function word(filter: string): string {
  if (!/^[a-z0-9=:+-]+$/i.test(filter)) throw new EncodeError('not a config.txt filter')
  return filter
}

// The firmware cuts lines at 98 characters (documentation of config.txt, "Line length").
function setting(line: string): string {
  assertVisible(line)
  if (line.length > 98 || line.startsWith('[') || line.startsWith('#')) throw new EncodeError('not a config.txt line')
  return line
}
