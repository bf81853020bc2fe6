import { type Action, type Direction, type Log, RuleError } from './rule.ts'
import { readInterface } from './values.ts'
import type { Word } from './words.ts'

/** What stands before the matching part of a rule: `[route] [insert N|prepend] ACTION [in|out [on IF]] [log]`. */
export interface Head {
  readonly forward: boolean
  readonly position: number
  readonly action: Action
  /** Undefined: none was given, which means `in`. */
  readonly direction: Direction | undefined
  readonly interfaces: Readonly<Partial<Record<Direction, Word>>>
  readonly log: Log
}

export const ACTIONS: readonly string[] = ['allow', 'deny', 'reject', 'limit']

/** ufw commands that are no rules → what to write instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  delete: 'the list is the whole rule set: leave the rule out instead of deleting it',
  enable: 'set firewall.enabled',
  disable: 'set firewall.enabled',
  default: 'set firewall.incoming, firewall.outgoing or firewall.routed',
  logging: 'set firewall.logging',
  reset: 'the list is the whole rule set; there is nothing to reset',
  reload: 'rules are loaded at every start',
  status: 'only rules can be written here',
  show: 'only rules can be written here',
  app: 'write the rule with the profile: allow NAME, or allow from ADDRESS to any app NAME',
  version: 'only rules can be written here',
}

/** Takes the head off `words`; what is left there is the matching part. */
export function readHead(words: Word[]): Head {
  const forward = readStart(words)
  const position = readPosition(words)
  const action = next(words, 'an action is missing')
  if (!ACTIONS.includes(action.text)) {
    throw new RuleError('FWL001', action.column, `'${action.text}' is not an action`, `one of ${ACTIONS.join(', ')}`)
  }
  const head = { forward, position, action: action.text as Action }
  const interfaces: Partial<Record<Direction, Word>> = {}
  let direction: Direction | undefined
  let log: Log = ''
  for (let word = words[0]; word !== undefined; word = words[0]) {
    if (isDirection(word.text) && direction === undefined) {
      if (log !== '') throw new RuleError('FWL001', word.column, `'${word.text}' comes before '${log}'`)
      direction = word.text
      words.shift()
      if (words[0]?.text === 'on') interfaces[direction] = takeInterface(words)
      else if (forward) throw new RuleError('FWL006', word.column, `a route rule needs '${direction} on INTERFACE'`)
    } else if (isDirection(word.text) && forward && words[1]?.text === 'on') {
      takeSecondInterface(words, interfaces)
    } else if ((word.text === 'log' || word.text === 'log-all') && log === '') {
      log = word.text
      words.shift()
    } else {
      break
    }
  }
  return { ...head, direction, interfaces, log }
}

/** `in on IF` or `out on IF` of a route rule that has the other one already. */
export function takeSecondInterface(words: Word[], interfaces: Partial<Record<Direction, Word>>): void {
  const word = words.shift() as Word
  const direction = word.text as Direction
  if (Object.keys(interfaces).length === 0) {
    throw new RuleError('FWL006', word.column, `'${direction} on …' belongs right after the action`)
  }
  if (interfaces[direction] !== undefined) {
    throw new RuleError('FWL006', word.column, `a second '${direction} on …'`)
  }
  interfaces[direction] = takeInterface(words)
}

/** The interface names of a head, checked. */
export function interfaceNames(head: Head): { in: string; out: string } {
  const use = { paired: head.interfaces.in !== undefined && head.interfaces.out !== undefined, logged: head.log !== '' }
  const name = (word: Word | undefined) => (word === undefined ? '' : readInterface(word, use))
  return { in: name(head.interfaces.in), out: name(head.interfaces.out) }
}

export function isDirection(text: string | undefined): text is Direction {
  return text === 'in' || text === 'out'
}

/** The first word, taken. */
export function next(words: Word[], missing: string, after?: Word): Word {
  const word = words.shift()
  if (word === undefined) {
    throw new RuleError('FWL001', after === undefined ? 1 : after.column, missing, 'for example: allow 22/tcp')
  }
  return word
}

function takeInterface(words: Word[]): Word {
  const on = words.shift() as Word
  return next(words, "'on' needs an interface", on)
}

function readStart(words: Word[]): boolean {
  const [first] = words
  if (first?.text === 'ufw') {
    throw new RuleError('FWL001', first.column, "write the rule without the leading 'ufw'")
  }
  const forward = first?.text === 'route'
  if (forward || first?.text === 'rule') words.shift()
  const [command] = words
  const hint = ELSEWHERE[command?.text.toLowerCase() ?? '']
  if (command !== undefined && hint !== undefined) {
    throw new RuleError('FWL002', command.column, `'${command.text}' is a ufw command, not a rule`, hint)
  }
  return forward
}

function readPosition(words: Word[]): number {
  const [first] = words
  if (first?.text === 'prepend') {
    words.shift()
    return -1
  }
  if (first?.text !== 'insert') return 0
  words.shift()
  const position = next(words, "'insert' needs a position", first)
  if (/^[1-9]\d{0,5}$/.test(position.text)) return Number(position.text)
  throw new RuleError('FWL008', position.column, `'${position.text}' is not a position`, 'positions count from 1')
}
