import { type Family, isPrefix, lastOf, type Network, parseNetwork } from './address.ts'

/** The addresses of a family from one to another, both included. */
export interface Range {
  readonly family: Family
  readonly first: bigint
  readonly last: bigint
}

/**
 * Addresses as ranges in their order; none touches the next. So each rule that takes a client away adds one member, where
 * networks would split into thirty.
 */
export type NetworkSet = readonly Range[]

/** All addresses of a family. */
export const WORLD = { 4: rangeOf(known('0.0.0.0/0')), 6: rangeOf(known('::/0')) } as const
export const EVERYWHERE: NetworkSet = [WORLD[4], WORLD[6]]

/**
 * What no connection comes from: the device itself, multicast, reserved space, and IPv4 written as IPv6, which Linux
 * takes from nobody (IANA's special-purpose registries; ip6_rcv_core drops mapped sources).
 */
const NO_CLIENT: NetworkSet = networkSet(
  ['0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/3', '::/127', '::ffff:0.0.0.0/96', 'ff00::/8'].map(known),
)

function known(text: string): Network {
  return parseNetwork(text) as Network
}

/** The set of what any of `networks` holds; what has holes in its mask is left out. */
export function networkSet(networks: readonly Network[]): NetworkSet {
  return rangeSet(networks.filter(isPrefix).map(rangeOf))
}

/** The set of all that `networks` may hold: of what has holes in its mask, from its first address to its last. */
export function touchedSet(networks: readonly Network[]): NetworkSet {
  return rangeSet(networks.map(rangeOf))
}

/** @param ranges in any order, with addresses in common or not */
export function rangeSet(ranges: readonly Range[]): NetworkSet {
  return joined([...ranges].sort(byAddress))
}

export function rangeOf(network: Network): Range {
  return { family: network.family, first: network.bits & network.mask, last: lastOf(network) }
}

export function union(a: NetworkSet, b: NetworkSet): NetworkSet {
  const [few, many] = a.length < b.length ? [a, b] : [b, a]
  const both = [...many]
  putIn(both, few)
  return both
}

export function intersection(a: NetworkSet, b: NetworkSet): NetworkSet {
  const [few, many] = a.length < b.length ? [a, b] : [b, a]
  return few.flatMap((one) => many.slice(...touched(many, one, 0n)).map((other) => shared(one, other)))
}

function shared({ family, first, last }: Range, other: Range): Range {
  return { family, first: first < other.first ? other.first : first, last: last < other.last ? last : other.last }
}

/** `a` without what `taken` holds. */
export function difference(a: NetworkSet, taken: NetworkSet): NetworkSet {
  const left = [...a]
  takeOut(left, taken)
  return left
}

/** {@link difference} in place: of a large set that loses one range after the other, no copies are made. */
export function takeOut(left: Range[], taken: NetworkSet): void {
  if (taken.length > MANY) {
    replace(
      left,
      left.flatMap((range) => gaps(range, taken.slice(...touched(taken, range, 0n)))),
    )
    return
  }
  for (const one of taken) {
    const [start, end] = touched(left, one, 0n)
    if (start < end) left.splice(start, end - start, ...left.slice(start, end).flatMap((range) => gaps(range, [one])))
  }
}

/** {@link union} in place. */
export function putIn(set: Range[], added: NetworkSet): void {
  if (added.length > MANY) {
    replace(set, rangeSet([...set, ...added]))
    return
  }
  for (const one of added) {
    const [start, end] = touched(set, one, 1n)
    set.splice(start, end - start, ...joined([...set.slice(start, end), one].sort(byAddress)))
  }
}

/** From so many members on, a set is made anew in place of moving what is behind each of them. */
const MANY = 64

function replace(set: Range[], by: NetworkSet): void {
  set.length = 0
  for (const one of by) set.push(one)
}

/** What of a range is in none of `taken`, which all overlap it. */
function gaps({ family, first, last }: Range, taken: NetworkSet): Range[] {
  const starts = [first, ...taken.map((one) => one.last + 1n)]
  const ends = [...taken.map((one) => one.first - 1n), last]
  return starts
    .map((start, i) => ({ family, first: start, last: ends[i] as bigint }))
    .filter((one) => one.first <= one.last)
}

/**
 * The members of a set that a range overlaps, which stand beside each other: from one index to before another.
 *
 * @param gap 1: those that it only borders on, too
 */
function touched(set: NetworkSet, { family, first, last }: Range, gap: bigint): [start: number, end: number] {
  const before = (one: Range) => one.family < family || (one.family === family && one.last + gap < first)
  const within = (one: Range) => one.family < family || (one.family === family && one.first <= last + gap)
  return [partition(set, before), partition(set, within)]
}

/** How many members at the start of a set are so; behind them none is. */
function partition(set: NetworkSet, isSo: (one: Range) => boolean): number {
  let [low, high] = [0, set.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isSo(set[middle] as Range)) low = middle + 1
    else high = middle
  }
  return low
}

export function isEqualSet(a: NetworkSet, b: NetworkSet): boolean {
  return a.length === b.length && a.every((one, i) => byAddress(one, b[i] as Range) === 0 && one.last === b[i]?.last)
}

/** Whether some client can have such an address. */
export function holdsClients(set: NetworkSet): boolean {
  return difference(set, NO_CLIENT).length > 0
}

/** The fewest networks that hold a set and nothing else, in their order. */
export function networksOf(set: NetworkSet): Network[] {
  return set.flatMap(({ family, first, last }) => {
    const found: Network[] = []
    for (let at = first; at <= last; at = lastOf(found.at(-1) as Network) + 1n) {
      let size = 1n
      while (at % (size * 2n) === 0n && at + size * 2n - 1n <= last) size *= 2n
      found.push({ family, bits: at, mask: WORLD[family].last ^ (size - 1n) })
    }
    return found
  })
}

/** @param ranges in their order; what overlaps or borders becomes one */
function joined(ranges: readonly Range[]): NetworkSet {
  const found: Range[] = []
  for (const range of ranges) {
    const before = found.at(-1)
    if (before === undefined || before.family !== range.family || before.last + 1n < range.first) found.push(range)
    else if (before.last < range.last) found[found.length - 1] = { ...before, last: range.last }
  }
  return found
}

function byAddress(a: Range, b: Range): number {
  if (a.family !== b.family) return a.family - b.family
  return a.first < b.first ? -1 : a.first > b.first ? 1 : 0
}
