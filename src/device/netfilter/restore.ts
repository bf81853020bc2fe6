import { Steps } from '../../base/steps.ts'
import type { Family } from '../net/address.ts'
import type { Hooked } from './admitted.ts'
import { TOO_DEEP, tooDeep } from './depth.ts'
import { matchesOf } from './iptables-match.ts'
import { lineWords, ruleWords } from './iptables-words.ts'
import type { Chain, Chains, FilterRule } from './ruleset.ts'

/** The tables of one family, as they are in the kernel. */
export type Tables = ReadonlyMap<string, Chains>

/** What a file did to the tables. */
export interface Restored {
  readonly tables: Tables
  /** Why iptables-restore refuses the file; what it has from that table on is not loaded. */
  readonly refused: { readonly line: number; readonly because: string } | undefined
}

const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
}

/** Of one file. */
const MOST_RULES = 30_000

/**
 * Loads a file as iptables-restore(8) does: each table up to its COMMIT at once or not at all, a chain that is declared
 * begins empty.
 *
 * @param flush what a table held before is thrown away (without `-n`)
 * @throws TargetError when the file is without end
 */
export function restore(tables: Tables, text: string, file: string, flush: boolean): Restored {
  const found = new Map(tables)
  const steps = new Steps('rules of a packet filter', MOST_RULES)
  let table: { readonly name: string; readonly chains: Map<string, Draft> } | undefined
  for (const [i, raw] of text.split('\n').entries()) {
    const words = lineWords(raw)
    const [first = ''] = words
    const refused = (because: string): Restored => ({ tables: found, refused: { line: i + 1, because } })
    if (first === '' || first.startsWith('#')) continue
    steps.take({ file, line: i + 1 })
    if (first.startsWith('*')) {
      const name = first.slice(1)
      if (BUILT_IN[name] === undefined) return refused(`there is no table ${name}`)
      table = { name, chains: flush ? fresh(name) : drafted(found.get(name) ?? fresh(name)) }
    } else if (table === undefined) return refused('the line is in no table')
    else if (first === 'COMMIT') {
      const rule = tooDeep(table.chains, BUILT_IN[table.name] ?? [])
      if (rule !== undefined)
        return { tables: found, refused: { line: rule.file === file ? rule.line : i + 1, because: TOO_DEEP } }
      found.set(table.name, table.chains)
      table = undefined
    } else if (first.startsWith(':')) declare(table.chains, first.slice(1), words[1] ?? '')
    else {
      const because = carryOut(table.chains, words, { file, line: i + 1, text: raw.trim() })
      if (because !== undefined) return refused(because)
    }
  }
  if (table === undefined) return { tables: found, refused: undefined }
  return { tables: found, refused: { line: text.split('\n').length, because: 'COMMIT is missing' } }
}

/** A chain of a table that is being loaded: nobody else has its rules yet. */
interface Draft extends Chain {
  readonly rules: FilterRule[]
}

function drafted(chains: Chains): Map<string, Draft> {
  return new Map([...chains].map(([name, chain]) => [name, { ...chain, rules: [...chain.rules] }]))
}

function fresh(table: string): Map<string, Draft> {
  return new Map((BUILT_IN[table] ?? []).map((name) => [name, { policy: 'ACCEPT', rules: [] }]))
}

/** A chain of the kernel's gets its policy and keeps its rules; another begins empty. */
function declare(chains: Map<string, Draft>, name: string, policy: string): void {
  const there = chains.get(name)
  if (there?.policy === undefined) chains.set(name, { policy: undefined, rules: [] })
  else if (policy === 'ACCEPT' || policy === 'DROP') chains.set(name, { ...there, policy })
}

/** @returns why it is refused */
function carryOut(
  chains: Map<string, Draft>,
  [command = '', name = '', ...words]: readonly string[],
  place: Pick<FilterRule, 'file' | 'line' | 'text'>,
): string | undefined {
  if (command === '-N' || command === '--new-chain') {
    if (chains.has(name)) return `chain ${name} is there already`
    chains.set(name, { policy: undefined, rules: [] })
    return undefined
  }
  if (command.startsWith('[')) return carryOut(chains, [name, ...words], place)
  const chain = chains.get(name)
  if (command === '-F' && name === '') {
    for (const [one, { policy }] of chains) chains.set(one, { policy, rules: [] })
    return undefined
  }
  if (chain === undefined) return `there is no chain ${name}`
  if (command === '-F' || command === '--flush') chains.set(name, { ...chain, rules: [] })
  else if (command === '-P' || command === '--policy')
    chains.set(name, { ...chain, policy: words[0] === 'DROP' ? 'DROP' : 'ACCEPT' })
  else if (command === '-A' || command === '--append') chain.rules.push(ruleOf(words, place))
  else if (command === '-I' || command === '--insert') {
    const [number, ...rest] = /^\d+$/.test(words[0] ?? '') ? words : ['1', ...words]
    chain.rules.splice(Number(number) - 1, 0, ruleOf(rest, place))
  } else if (command !== '-Z') return `${command} is not understood`
  return undefined
}

function ruleOf(words: readonly string[], place: Pick<FilterRule, 'file' | 'line' | 'text'>): FilterRule {
  const { groups, target, isGoto } = ruleWords(words)
  const interfaces = groups
    .flatMap(({ options }) => options)
    .filter(({ name }) => name === '--in-interface' || name === '--out-interface')
    .flatMap(({ values }) => values)
  return { ...place, matches: matchesOf(groups), interfaces, target, isGoto }
}

/** The chains of iptables' tables that packets to and from the device itself pass. */
const PASSED: readonly (readonly [table: string, chain: string, hook: Hooked['hook']])[] = [
  ['raw', 'PREROUTING', 'input'],
  ['mangle', 'PREROUTING', 'input'],
  ['nat', 'PREROUTING', 'input'],
  ['mangle', 'INPUT', 'input'],
  ['filter', 'INPUT', 'input'],
  ['nat', 'INPUT', 'input'],
  ['raw', 'OUTPUT', 'output'],
  ['mangle', 'OUTPUT', 'output'],
  ['filter', 'OUTPUT', 'output'],
  ['mangle', 'POSTROUTING', 'output'],
]

export function hookedOf(tables: Tables, family: Family): Hooked[] {
  return PASSED.flatMap(([table, chain, hook]) => {
    const chains = tables.get(table)
    return chains === undefined ? [] : [{ family, hook, isNat: table === 'nat', chains, chain }]
  })
}
