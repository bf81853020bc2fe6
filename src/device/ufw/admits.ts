import { covers, type Family, parseNetwork } from '../net/address.ts'
import {
  intersection,
  type NetworkSet,
  networkSet,
  type Range,
  rangeSet,
  takeOut,
  touchedSet,
  WORLD,
} from '../net/network-set.ts'
import { isNamed, type Reach, reachByInterface } from '../net/reach.ts'
import type { Policy } from './policy.ts'
import { holdsPort } from './ports.ts'
import type { Direction, Rule } from './rule.ts'
import type { Ruleset } from './ruleset.ts'

/** A first packet: in which direction, to which port. */
export interface Connection {
  readonly direction: Direction
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
}

/** Whom the firewall lets through. */
export interface Admission {
  readonly reach: Reach
  /** A `limit` rule is among those that accept: six connections in 30 s from one address, then none. */
  readonly limited: boolean
}

/** Clients pick their own port from here up (IANA's and Linux' ephemeral ranges). */
const EPHEMERAL = [32768, 65535] as const

/**
 * Whether ufw lets a connection through, and from where: the first rule that matches decides, then the policy. What a
 * rule asks beyond the connection (the interface, the device's own address) is tried in every way the rules name;
 * what one of them lets through counts. Networks are never made larger than they are.
 */
export function admits(lists: Ruleset, policy: Policy, connection: Connection): Admission {
  const rules = { 4: relevant(lists[4], connection), 6: relevant(lists[6], connection) }
  const all = [...rules[4], ...rules[6]]
  const named = tries(all.map((rule) => interfaceOf(rule, connection))).filter((name) => name !== 'lo')
  const own = tries(all.map((rule) => (connection.direction === 'in' ? rule.destination : rule.source).address))
  const ways = named.map((name) => {
    const walks = own.flatMap((address) =>
      ([4, 6] as const).map((family) => walk(rules[family], policy, connection, family, name, address)),
    )
    return { name, open: rangeSet(walks.flatMap(({ open }) => open)), limited: walks.some(({ limited }) => limited) }
  })
  const rest = ways.find(({ name }) => name === 'any')?.open ?? []
  const reach = reachByInterface(
    rest,
    ways.filter(({ name }) => name !== 'any'),
  )
  return { reach, limited: ways.some(({ limited }) => limited) }
}

function relevant<T extends Rule>(rules: readonly T[], { direction, protocol, port }: Connection): T[] {
  const [low, high] = EPHEMERAL
  return rules.filter(
    (rule) =>
      !rule.forward &&
      rule.direction === direction &&
      (rule.protocol === 'any' || rule.protocol === protocol) &&
      holdsPort(rule.destination.port, port) &&
      holdsPort(rule.source.port, low) &&
      holdsPort(rule.source.port, high),
  )
}

/** Each value that a rule names, and one that none names (`any`). */
function tries(named: readonly string[]): string[] {
  return [...new Set([...named, 'any'])]
}

function interfaceOf(rule: Rule, { direction }: Connection): string {
  return (direction === 'in' ? rule.interfaceIn : rule.interfaceOut) || 'any'
}

const ANY = { 4: '0.0.0.0/0', 6: '::/0' } as const

/** The first match decides: what earlier rules took is no longer there for later ones. */
function walk(
  rules: readonly Rule[],
  policy: Policy,
  connection: Connection,
  family: Family,
  way: string,
  address: string,
): { open: NetworkSet; limited: boolean } {
  const left: Range[] = [WORLD[family]]
  const open: Range[] = []
  let limited = false
  for (const rule of rules) {
    const [remote, own] =
      connection.direction === 'in' ? [rule.source, rule.destination] : [rule.destination, rule.source]
    const name = interfaceOf(rule, connection)
    if (!(name === 'any' || isNamed(way, name)) || !matchesAddress(own.address, address)) continue
    const network = parseNetwork(remote.address === 'any' ? ANY[family] : remote.address)
    if (network === undefined) continue
    if (rule.action === 'allow' || rule.action === 'limit') {
      const taken = intersection(left, networkSet([network]))
      open.push(...taken)
      limited ||= rule.action === 'limit' && taken.length > 0
    }
    takeOut(left, touchedSet([network]))
  }
  if (policy === 'allow') open.push(...left)
  return { open: rangeSet(open), limited }
}

function matchesAddress(rule: string, address: string): boolean {
  if (rule === 'any' || rule === address) return true
  const [outer, inner] = [parseNetwork(rule), parseNetwork(address)]
  return outer !== undefined && inner !== undefined && covers(outer, inner)
}
