import { bytewise } from '../../base/order.ts'
import { parseNetwork } from './address.ts'
import {
  difference,
  EVERYWHERE,
  holdsClients,
  intersection,
  isEqualSet,
  type NetworkSet,
  networkSet,
  touchedSet,
} from './network-set.ts'
import { type SpelledSet, spelledSet } from './spelled-set.ts'

/**
 * Interfaces by name, `eth+` for all that begin with `eth` (iptables(8), -i): these alone, or all but these.
 * The loopback interface is never meant: nobody comes in by it from outside.
 */
export interface Interfaces {
  readonly only: boolean
  readonly names: readonly string[]
}

export const ANY_INTERFACE: Interfaces = { only: false, names: [] }

/** Clients of these addresses that come in by one of these interfaces. */
export interface Part {
  readonly networks: NetworkSet
  readonly through: Interfaces
}

/** From where something is reached: each part is enough. No part: from nowhere. */
export type Reach = readonly Part[]

export const FROM_EVERYWHERE: Reach = [{ networks: EVERYWHERE, through: ANY_INTERFACE }]
/** @internal exported for the tests */
export const FROM_NOWHERE: Reach = []

/** A part in words, as it is printed. */
export interface Sources extends SpelledSet {
  /** Through these alone; undefined: through any but `exceptInterfaces`. */
  readonly interfaces: readonly string[] | undefined
  readonly exceptInterfaces: readonly string[]
}

/** From these networks without those, through any interface. What is not a network opens and takes nothing. */
export function reachFrom(from: 'everywhere' | readonly string[], except: readonly string[] = []): Reach {
  const read = (texts: readonly string[]) => texts.map(parseNetwork).filter((network) => network !== undefined)
  const networks = from === 'everywhere' ? EVERYWHERE : networkSet(read(from))
  return reachOf([{ networks: difference(networks, touchedSet(read(except))), through: ANY_INTERFACE }])
}

/** The parts by which somebody comes in, those with the same networks as one. */
export function reachOf(parts: readonly Part[]): Reach {
  const found: Part[] = []
  for (const part of parts.filter(isUsable)) {
    const at = found.findIndex(
      ({ networks, through }) => isEqualSet(networks, part.networks) && through.only && part.through.only,
    )
    const like = found[at]
    if (like === undefined) found.push(part)
    else found[at] = { ...like, through: { only: true, names: sorted([...like.through.names, ...part.through.names]) } }
  }
  return found
}

/**
 * The reach through interfaces that are judged one by one: what holds for all is said once, and of a named one only what
 * is more.
 *
 * @param rest what comes in through an interface that is not named
 */
export function reachByInterface(
  rest: NetworkSet,
  named: readonly { readonly name: string; readonly open: NetworkSet }[],
): Reach {
  const narrower = named.filter(({ open }) => difference(rest, open).length > 0)
  const isExcepted = (name: string) => narrower.some((other) => other.name !== name && isNamed(name, other.name))
  const other = named
    .filter(({ name, open }) => !isEqualSet(open, rest) || isExcepted(name))
    .sort((a, b) => bytewise(a.name, b.name))
  return reachOf([
    { networks: rest, through: { only: false, names: sorted(narrower.map(({ name }) => name)) } },
    ...other.map(({ name, open }) => ({ networks: open, through: { only: true, names: [name] } })),
  ])
}

/** From where both are reached. */
export function shared(a: Reach, b: Reach): Reach {
  return reachOf(
    a.flatMap((x) =>
      b.map((y) => ({ networks: intersection(x.networks, y.networks), through: bothOf(x.through, y.through) })),
    ),
  )
}

export function spelled({ networks, through: { only, names } }: Part): Sources {
  return {
    ...spelledSet(networks),
    interfaces: only ? names : undefined,
    exceptInterfaces: only ? [] : names,
  }
}

/** Whether an interface goes by a name, or by a pattern with `+` at its end. */
export function isNamed(name: string, pattern: string): boolean {
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}

function bothOf(a: Interfaces, b: Interfaces): Interfaces {
  if (!a.only && !b.only) return { only: false, names: sorted([...a.names, ...b.names]) }
  if (!a.only) return bothOf(b, a)
  const names = b.only
    ? a.names.flatMap((x) => b.names.flatMap((y) => (isNamed(x, y) ? [x] : isNamed(y, x) ? [y] : [])))
    : a.names.filter((name) => !b.names.some((pattern) => isNamed(name, pattern)))
  return { only: true, names: sorted(names) }
}

function isUsable({ networks, through }: Part): boolean {
  return holdsClients(networks) && !(through.only && through.names.every((name) => name === 'lo'))
}

/** Each once, and none that a pattern among them names. */
function sorted(names: readonly string[]): string[] {
  const others = (name: string) => names.filter((one) => one !== name)
  return [...new Set(names)].filter((name) => !others(name).some((pattern) => isNamed(name, pattern))).sort()
}
