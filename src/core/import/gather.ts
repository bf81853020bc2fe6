import { Secret } from '../../base/secret.ts'
import { type Fact, type FactValue, ImportError, type Item, pathText, placeOf } from '../foreign/fact.ts'

/** One value and the fact that it comes from. */
interface Leaf {
  readonly kind: 'leaf'
  readonly fact: Fact
}

export interface SectionNode {
  readonly kind: 'section'
  readonly entries: Map<string, Node>
}

export interface ListNode {
  readonly kind: 'list'
  /** What the item is found by again, and the item. */
  readonly items: { readonly item: Item | undefined; readonly node: Leaf | SectionNode }[]
  /** Of its leaves: a file may add thousands. */
  readonly values: Set<string>
}

export type Node = Leaf | SectionNode | ListNode

const section = (): SectionNode => ({ kind: 'section', entries: new Map() })

/**
 * The facts of all files as one spec.
 *
 * @throws ImportError when two files say different things, with both places
 */
export function gathered(facts: readonly Fact[]): SectionNode {
  const top = section()
  const set = new Set(facts.filter(({ does }) => does !== 'suppose').map(({ path }) => pathText(path)))
  const isSupposed = ({ does, path }: Fact) => does === 'suppose' && !set.has(pathText(path))
  for (const fact of [...facts.filter(({ does }) => does !== 'suppose'), ...facts.filter(isSupposed)]) put(top, fact)
  return top
}

function put(top: SectionNode, fact: Fact): void {
  let here = top
  for (const [i, step] of fact.path.entries()) {
    const isLast = i === fact.path.length - 1
    if (typeof step === 'object') continue
    const next = fact.path[i + 1]
    if (typeof next === 'object') here = itemOf(listOf(here, step), next, fact)
    else if (isLast) {
      place(here, step, fact)
      return
    } else here = sectionOf(here, step, fact)
  }
}

function place(here: SectionNode, key: string, fact: Fact): void {
  if (fact.does === 'add') {
    const list = listOf(here, key)
    const value = comparedText(fact.value)
    if (!list.values.has(value)) list.items.push({ item: undefined, node: { kind: 'leaf', fact } })
    list.values.add(value)
    return
  }
  const there = here.entries.get(key)
  if (there === undefined) here.entries.set(key, { kind: 'leaf', fact })
  else if (there.kind === 'leaf' && fact.does === 'set' && !isSame(there.fact.value, fact.value))
    throw conflict(there.fact, fact)
}

function conflict(one: Fact, other: Fact): ImportError {
  const isShown = !(one.value instanceof Secret) && one.path.at(-1) !== 'passwordHash'
  const says = ({ value, at }: Fact) => `${placeOf(at)}${isShown ? ` says '${String(value)}'` : ''}`
  const message = `${pathText(one.path)}: ${says(one)}${isShown ? ', ' : ' and '}${says(other)}${isShown ? '' : ' differ'}`
  return new ImportError(message, 'leave one of the two out, or correct it')
}

function isSame(one: FactValue, other: FactValue): boolean {
  return comparedText(one) === comparedText(other)
}

/** The same text for values that are the same; of keys the comment does not count, and a secret is no text. */
export function comparedText(value: FactValue): string {
  if (value instanceof Secret) return `\0${value.reveal()}`
  const plain = typeof value === 'string' ? value.replace(/^((?:ssh|ecdsa|sk)-\S+ \S+) .*$/, '$1') : value
  return JSON.stringify(plain)
}

function sectionOf(here: SectionNode, key: string, fact: Fact): SectionNode {
  const there = here.entries.get(key) ?? section()
  if (there.kind !== 'section') throw new Error(`${pathText(fact.path)}: ${key} is not a section`)
  here.entries.set(key, there)
  return there
}

function listOf(here: SectionNode, key: string): ListNode {
  const there = here.entries.get(key) ?? { kind: 'list', items: [], values: new Set() }
  if (there.kind !== 'list') throw new Error(`${key} is not a list`)
  here.entries.set(key, there)
  return there
}

/** The item of a list that bears this name; a new one begins with it. */
function itemOf(list: ListNode, item: Item, fact: Fact): SectionNode {
  const there = list.items.find((one) => one.item?.key === item.key && one.item.value === item.value)
  if (there?.node.kind === 'section') return there.node
  const node = section()
  const path = fact.path.slice(0, fact.path.indexOf(item) + 1)
  node.entries.set(item.key, {
    kind: 'leaf',
    fact: { ...fact, path: [...path, item.key], value: item.value, does: 'suppose', from: fact },
  })
  list.items.push({ item, node })
  return node
}
