import type { Policy } from '../spec/spec.ts'
import { cidr, covers, isPrefix, type Network, overlaps, parseNetwork } from './address.ts'
import { holdsPort } from './ports.ts'
import type { Direction, Family, Rule } from './rule.ts'
import type { Ruleset } from './ruleset.ts'

/** A first packet: in which direction, to which port. */
export interface Connection {
  readonly direction: Direction
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
}

/** Whom the firewall lets through. */
export interface Admission {
  /** `everywhere`, or the remote networks in CIDR form; an empty list is nowhere. */
  readonly from: 'everywhere' | readonly string[]
  /** A `limit` rule is among those that accept: six connections in 30 s from one address, then none. */
  readonly limited: boolean
  /** The interfaces on which alone that holds; undefined: on any. */
  readonly interfaces: readonly string[] | undefined
}

const WORLD = { 4: parseNetwork('0.0.0.0/0') as Network, 6: parseNetwork('::/0') as Network } as const
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
  const ways = tries(all.map((rule) => interfaceOf(rule, connection))).filter((name) => name !== 'lo')
  const own = tries(all.map((rule) => (connection.direction === 'in' ? rule.destination : rule.source).address))
  const found = ways.flatMap((way) =>
    own.map((address) => {
      const here = ([4, 6] as const).map((family) => walk(rules[family], policy, connection, family, way, address))
      return { way, open: here.flatMap((one) => one.open), limited: here.some((one) => one.limited) }
    }),
  )
  const reached = found.filter(({ open }) => open.length > 0)
  const open = reached.flatMap((one) => one.open)
  const named = [...new Set(reached.map(({ way }) => way))]
  return {
    from: spell(open),
    limited: reached.some(({ limited }) => limited),
    interfaces: named.includes('any') || named.length === 0 ? undefined : named.sort(),
  }
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

/** The first match decides: what earlier rules took is no longer there for later ones. */
function walk(
  rules: readonly Rule[],
  policy: Policy,
  connection: Connection,
  family: Family,
  way: string,
  address: string,
): { open: Network[]; limited: boolean } {
  let left: Network[] = [WORLD[family]]
  const open: Network[] = []
  let limited = false
  for (const rule of rules) {
    const [remote, own] =
      connection.direction === 'in' ? [rule.source, rule.destination] : [rule.destination, rule.source]
    if (!matchesName(interfaceOf(rule, connection), way) || !matchesAddress(own.address, address)) continue
    const network = remote.address === 'any' ? WORLD[family] : parseNetwork(remote.address)
    if (network === undefined) continue
    if (rule.action === 'allow' || rule.action === 'limit') {
      const taken = isPrefix(network) ? left.flatMap((one) => common(one, network)) : []
      open.push(...taken)
      limited ||= rule.action === 'limit' && taken.length > 0
    }
    left = left.flatMap((one) => without(one, network))
  }
  if (policy === 'allow') open.push(...left)
  return { open, limited }
}

function matchesName(pattern: string, name: string): boolean {
  if (pattern === 'any' || pattern === name) return true
  return pattern.endsWith('+') && name.startsWith(pattern.slice(0, -1))
}

function matchesAddress(rule: string, address: string): boolean {
  if (rule === 'any' || rule === address) return true
  const [outer, inner] = [parseNetwork(rule), parseNetwork(address)]
  return outer !== undefined && inner !== undefined && covers(outer, inner)
}

function common(a: Network, b: Network): Network[] {
  if (covers(b, a)) return [a]
  return covers(a, b) ? [b] : []
}

/** `network` without what `taken` holds, as networks; a mask with holes takes all it touches. */
function without(network: Network, taken: Network): Network[] {
  if (!overlaps(network, taken)) return [network]
  if (covers(taken, network) || !isPrefix(taken)) return []
  return halves(network).flatMap((half) => without(half, taken))
}

function halves(network: Network): Network[] {
  const { family } = network
  const width = family === 4 ? 32n : 128n
  const mask = (network.mask >> 1n) | (1n << (width - 1n))
  const first = network.bits & network.mask
  return [first, first | (mask ^ network.mask)].map((bits) => ({ family, bits, mask }))
}

function spell(open: readonly Network[]): Admission['from'] {
  const largest = open.filter(
    (one, i) => !open.some((other, j) => j !== i && covers(other, one) && !(covers(one, other) && i < j)),
  )
  const texts = [...new Set(largest.map(cidr))].sort()
  return texts.includes('0.0.0.0/0') && texts.includes('::/0') ? 'everywhere' : texts
}
