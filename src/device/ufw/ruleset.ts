import type { Family } from '../net/address.ts'
import { application, type Entry, effect, expand, groups, isPlain, target } from './entry.ts'
import type { Names } from './names.ts'
import { type Command, RuleError } from './rule.ts'

/** The two lists that ufw keeps: user.rules and user6.rules. */
export interface Ruleset {
  readonly 4: readonly Entry[]
  readonly 6: readonly Entry[]
}

export const EMPTY: Ruleset = { 4: [], 6: [] }

/** What a command did to the lists, for those who want to warn about it. */
export type Outcome = 'added' | 'skipped' | 'replaced'

/**
 * Carries out one `ufw` rule command on the lists as ufw 0.36.2 does: an equal rule is skipped, one that is equal but
 * for action, logging or comment is replaced in place, positions count IPv4 rules before IPv6 rules, and an
 * application profile's rules count as one.
 *
 * @throws RuleError when ufw would refuse the position or the profile
 */
export function enter(lists: Ruleset, command: Command, names: Names): { lists: Ruleset; outcome: Outcome } {
  const { position } = command
  const rules = expand(command, names)
  const state = { 4: [...lists[4]], 6: [...lists[6]] }
  const outcomes: Outcome[] = []
  const put = (family: Family, rule: Entry, at: number) => {
    const result = place(state[family], rule, at)
    state[family] = result.list
    outcomes.push(result.outcome)
  }
  let count4 = groups(state[4])
  const count6 = groups(state[6])
  if (position !== 0) rules.reverse()
  rules.forEach((rule, i) => {
    if (position > count4 + count6) throw badPosition(position)
    const first = (count: number) => (i === 0 && count === 0 ? 0 : 1)
    if (command.families.length === 2) {
      if (position === -1) {
        put(4, rule, first(count4))
        put(6, rule, first(count6))
        return
      }
      put(4, rule, position > count4 ? counterpart(state, 6, position - count4 + i) : position)
      if (position === 0) {
        put(6, rule, 0)
        return
      }
      count4 = groups(state[4])
      let at = position + 1
      if (at <= count4) {
        const found = counterpart(state, 4, at)
        at = found > 0 ? found - i : 0
      }
      put(6, rule, at > count4 ? at - count4 : at)
    } else if (command.families[0] === 4) {
      if (position > count4) throw badPosition(position)
      put(4, rule, position === -1 ? first(count4) : position)
    } else {
      if (position > 0 && position <= count4) throw badPosition(position)
      put(6, rule, position === -1 ? first(count6) : Math.max(position - count4, 0))
    }
  })
  const outcome = outcomes.find((one) => one !== 'skipped') ?? 'skipped'
  return { lists: { 4: state[4].map(reread), 6: state[6].map(reread) }, outcome }
}

/** ufw reads its files anew for each command; the direction of a rule with two interfaces is then `in`. */
function reread(entry: Entry): Entry {
  return entry.interfaceIn !== '' && entry.interfaceOut !== '' ? { ...entry, direction: 'in' } : entry
}

function badPosition(position: number): RuleError {
  return new RuleError('FWL008', 1, `there is no position ${position} at this point of the list`)
}

/** Puts `rule` at `at` (from 1; 0: at the end) unless the list holds its like. */
function place(list: readonly Entry[], rule: Entry, at: number): { list: Entry[]; outcome: Outcome } {
  if (at < 0 || at > list.length) throw badPosition(at)
  const isLike = (entry: Entry) => target(entry) === target(rule)
  const slot = at === 0 ? -1 : insertionPoint(list, at)
  if (!list.some(isLike)) return { list: list.toSpliced(slot === -1 ? list.length : slot, 0, rule), outcome: 'added' }
  const isOther = (entry: Entry) => isLike(entry) && effect(entry) !== effect(rule)
  if (slot !== -1 || !list.some(isOther)) return { list: [...list], outcome: 'skipped' }
  return { list: list.map((entry) => (isOther(entry) ? rule : entry)), outcome: 'replaced' }
}

/** Never between the entries of one application rule: then after them; -1 when only the end is left. */
function insertionPoint(list: readonly Entry[], at: number): number {
  const group = (entry: Entry | undefined) =>
    entry === undefined || isPlain(entry)
      ? undefined
      : JSON.stringify([entry.destination.address, entry.source.address, entry.destination.app, entry.source.app])
  for (let slot = at - 1; slot < list.length; slot += 1) {
    const here = group(list[slot])
    if (here === undefined || here !== group(list[slot - 1])) return slot
  }
  return -1
}

/** Where in the other family's list the rule numbered `position` of `family` has its twin (from 1); 0: nowhere. */
function counterpart(lists: Ruleset, family: Family, position: number): number {
  const list = lists[family]
  if (position < 1 || position > list.length) throw badPosition(position)
  const met = new Set<string>()
  let extra = 0
  for (const entry of list.slice(0, position).filter((one) => !isPlain(one))) {
    if (met.has(application(entry))) extra += 1
    met.add(application(entry))
  }
  const entry = list[position - 1 + extra]
  if (entry === undefined) throw badPosition(position)
  const same = (other: Entry) => target(other) === target(entry) && effect(other) === effect(entry)
  return lists[family === 4 ? 6 : 4].findIndex(same) + 1
}
