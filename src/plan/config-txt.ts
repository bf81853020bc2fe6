import type { ConfigRequest } from '../controls/control.ts'
import { assertVisible, EncodeError } from '../encode/encode.ts'
import type { FileOperation, Origin } from './operation.ts'

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
  const lines: { text: string; origin?: Origin }[] = [{ text: BEGIN }]
  for (const filter of [...new Set(requests.map((request) => request.filter))].sort()) {
    lines.push({ text: `[${word(filter)}]` })
    for (const request of requests) {
      if (request.filter === filter) lines.push({ text: setting(request.line), origin: request.origin })
    }
  }
  lines.push({ text: '[all]' }, { text: END })
  const offset = before.split('\n').length - 1
  return {
    kind: 'file',
    partition: 'boot',
    path: '/config.txt',
    content: new TextEncoder().encode(`${before}${lines.map((line) => line.text).join('\n')}\n`),
    mode: 0o755,
    owner: { uid: 0, gid: 0 },
    origin: first.origin,
    lines: new Map(lines.flatMap((line, i) => (line.origin === undefined ? [] : [[offset + i, line.origin] as const]))),
  }
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
