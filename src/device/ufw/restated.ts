import { suggest } from '../../base/report/suggest.ts'
import { parseNetwork } from '../net/address.ts'
import { ACTIONS } from './head.ts'
import type { Names } from './names.ts'
import { parseRule } from './parse-rule.ts'
import { PORTLESS, RuleError } from './rule.ts'
import { words } from './words.ts'

/** What a rule says, each thing once: `action`, `direction`, `from`, `from port`, `port`, `proto` … */
type Said = Map<string, string>

/**
 * A rule that ufw refuses, in the order of words that it takes (ufw(8)). Each word of the rule is in it and no other but
 * `any`, so it lets nobody in whom the rule does not name.
 *
 * @returns undefined: a word is not understood, or one thing is said twice, or ufw would refuse this, too
 */
export function restated(text: string, names: Names): string | undefined {
  try {
    const all = words(text).map((word) => word.text)
    const said: Said = new Map()
    while (all[0] === 'sudo' || all[0] === 'ufw') all.shift()
    while (all.length > 0) take(all, said)
    const rule = write(said)
    parseRule(rule, 0, names)
    return rule
  } catch (error) {
    if (error instanceof RuleError) return undefined
    throw error
  }
}

/** Takes the next word, with those that belong to it. */
function take(all: string[], said: Said): void {
  const word = next(all)
  if (!said.has('action')) takeStart(word, all, said)
  else if (word === 'in' || word === 'out') say(said, 'direction', word)
  else if (word === 'on') say(said, 'interface', next(all))
  else if (word === 'log' || word === 'log-all') say(said, 'log', word)
  else if (word === 'proto' || word === 'app' || word === 'comment') say(said, word, next(all))
  else if (word === 'to') say(said, 'to', address(next(all)))
  else if (word === 'from') {
    say(said, 'from', address(next(all)))
    // `from ADDRESS port` is the port of the other side; a number alone is what people mean by "the port".
    if (all[0] === 'port') say(said, 'from port', next(all.splice(0, 2).slice(1)))
  } else if (word === 'port') takePort(next(all), said)
  else if (['tcp', 'udp', ...PORTLESS].includes(word)) say(said, 'proto', word)
  else if (/[.:].*[.:]/.test(word) && parseNetwork(word) !== undefined)
    say(said, said.get('direction') === 'out' ? 'to' : 'from', word)
  else if (/^[a-z\d][\w,:-]*(?:\/\w+)?$/.test(word)) takePort(word, said)
  else say(said, 'app', word)
}

/** Words of other packet filters. */
const OTHER_ACTIONS: Readonly<Record<string, string>> = {
  accept: 'allow',
  permit: 'allow',
  open: 'allow',
  drop: 'deny',
  block: 'deny',
}

function takeStart(word: string, all: string[], said: Said): void {
  if (word === 'prepend') say(said, 'position', word)
  else if (word === 'insert') say(said, 'position', `insert ${next(all)}`)
  else say(said, 'action', OTHER_ACTIONS[word.toLowerCase()] ?? suggest(word, ACTIONS))
}

/** `22`, `22/tcp`, `80-90`. */
function takePort(word: string, said: Said): void {
  const [port = '', protocol, ...more] = word.split('/')
  if (more.length > 0) throw notUnderstood()
  say(said, 'port', /^\d+-\d+$/.test(port) ? port.replace('-', ':') : port)
  if (protocol !== undefined) say(said, 'proto', protocol)
}

function address(word: string): string {
  return /^(?:anywhere|all|everywhere)$/i.test(word) ? 'any' : word
}

function say(said: Said, key: string, value: string | undefined): void {
  if (value === undefined || said.has(key)) throw notUnderstood()
  said.set(key, value)
}

function next(all: string[]): string {
  const word = all.shift()
  if (word === undefined) throw notUnderstood()
  return word
}

function notUnderstood(): RuleError {
  return new RuleError('FWL001', 1, 'not understood')
}

function write(said: Said): string {
  const pair = (word: string, key = word) => (said.has(key) ? [word, quoted(said.get(key) as string)] : [])
  const isSimple = ['from', 'to', 'interface', 'app'].every((key) => !said.has(key))
  const port = said.get('port')
  const end = ['to', said.get('to') ?? 'any', ...pair('port'), ...pair('app')]
  const match = isSimple
    ? [[port, said.get('proto')].filter((part) => part !== undefined).join('/')]
    : [
        ...pair('from'),
        ...pair('port', 'from port'),
        ...(end.length > 2 || said.has('to') ? end : []),
        ...pair('proto'),
      ]
  const direction = said.get('direction') ?? (said.has('interface') ? 'in' : undefined)
  const head = [said.get('position'), said.get('action'), direction, ...pair('on', 'interface'), said.get('log')]
  return [...head, ...match, ...pair('comment')].filter((word) => word !== undefined).join(' ')
}

function quoted(word: string): string {
  return /^[\w.:/,+%@=-]+$/.test(word) ? word : `'${word}'`
}
