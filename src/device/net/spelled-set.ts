import { cidr, type Network } from './address.ts'
import { difference, EVERYWHERE, intersection, type NetworkSet, networksOf, rangeOf, WORLD } from './network-set.ts'

/** A set of addresses in the fewest words: those of `from` that are not in `except`. */
export interface SpelledSet {
  /** `everywhere`, or networks in CIDR form; an empty list is nowhere. */
  readonly from: 'everywhere' | readonly string[]
  readonly except: readonly string[]
}

/** The fewest words for a set: its networks, or larger ones with what is not in it as exceptions. */
export function spelledSet(set: NetworkSet): SpelledSet {
  const missing = networksOf(difference(EVERYWHERE, set))
  if (missing.length === 0) return { from: 'everywhere', except: [] }
  const parts = ([4, 6] as const).map((family) => cheapest(networksOf([WORLD[family]])[0] as Network, set))
  if (1 + missing.length < parts.reduce((sum, part) => sum + cost(part), 0)) {
    return { from: 'everywhere', except: missing.map(cidr) }
  }
  return { from: parts.flatMap(({ from }) => from.map(cidr)), except: parts.flatMap(({ except }) => except.map(cidr)) }
}

interface Words {
  readonly from: readonly Network[]
  readonly except: readonly Network[]
}

function cost({ from, except }: Words): number {
  return from.length + except.length
}

/** What of a set lies in `outer`; and how many networks it lacks there. */
function cheapest(outer: Network, set: NetworkSet): Words & { readonly missing: number } {
  const range = rangeOf(outer)
  const own = intersection(set, [range])
  const [one] = own
  if (one === undefined) return { from: [], except: [], missing: 1 }
  if (one.first === range.first && one.last === range.last) return { from: [outer], except: [], missing: 0 }
  const parts = halves(outer).map((half) => cheapest(half, own))
  const missing = parts.reduce((sum, part) => sum + part.missing, 0)
  const split = { from: parts.flatMap((part) => part.from), except: parts.flatMap((part) => part.except) }
  if (1 + missing >= cost(split)) return { ...split, missing }
  return { from: [outer], except: networksOf(difference([range], own)), missing }
}

function halves({ family, bits, mask }: Network): [Network, Network] {
  const longer = (mask >> 1n) | (WORLD[family].last ^ (WORLD[family].last >> 1n))
  return [bits & mask, (bits & mask) | (longer ^ mask)].map((start) => ({ family, bits: start, mask: longer })) as [
    Network,
    Network,
  ]
}
