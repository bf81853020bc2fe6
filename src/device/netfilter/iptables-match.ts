import { type Family, type Network, parseNetwork } from '../net/address.ts'
import { isNamed } from '../net/reach.ts'
import { all, clientsOf, NOBODY, negated, unknown, yesIf } from './answers.ts'
import type { Group, Option } from './iptables-words.ts'
import { rangeNetworks } from './range.ts'
import type { Answer, Match, Packet } from './ruleset.ts'

type Judge = (values: readonly string[], packet: Packet) => Answer

/** Clients pick their own port from here up (IANA's and Linux' ephemeral ranges). */
const EPHEMERAL = [32768, 65535] as const
/** A protocol by name and number, and `all` (iptables(8), -p). */
const PROTOCOLS = { tcp: new Set(['tcp', '6', 'all', '0']), udp: new Set(['udp', '17', 'all', '0']) } as const

/**
 * What the options of a rule ask of a packet to the device (iptables(8), iptables-extensions(8)). An option that
 * is not known here leaves open whether the rule matches.
 */
export function matchesOf(groups: readonly Group[]): Match[] {
  return groups.flatMap(({ module, options }) => {
    const whole = MODULES[module]
    if (whole !== undefined) return [(packet) => whole(options, packet)]
    if (options.length === 0) return EMPTY.has(module) ? [] : [({ family }: Packet) => unknown(family)]
    return options.map((option) => matchOf(option))
  })
}

/** Modules that ask nothing by themselves. */
const EMPTY = new Set(['', 'tcp', 'udp', 'icmp', 'icmp6', 'ipv6-icmp', 'multiport', 'comment', 'limit'])

function matchOf({ name, not, values }: Option): Match {
  const judge = OPTIONS[name]
  return (packet) => {
    const answer = judge?.(values, packet) ?? unknown(packet.family)
    return not ? negated(answer, packet.family) : answer
  }
}

const OPTIONS: Readonly<Record<string, Judge>> = {
  '--protocol': ([name = ''], { family, protocol }) => yesIf(PROTOCOLS[protocol].has(name.toLowerCase()), family),
  '--source': (values, packet) => addresses(values, packet, 'input'),
  '--destination': (values, packet) => addresses(values, packet, 'output'),
  '--in-interface': ([name = ''], packet) => onInterface(name, packet, 'input'),
  '--out-interface': ([name = ''], packet) => onInterface(name, packet, 'output'),
  '--fragment': () => NOBODY,
  '--dport': ([ports = ''], packet) => port(ports, packet, 'input'),
  '--dports': ([ports = ''], packet) => port(ports, packet, 'input'),
  '--sport': ([ports = ''], packet) => port(ports, packet, 'output'),
  '--sports': ([ports = ''], packet) => port(ports, packet, 'output'),
  '--syn': (_, { protocol, state, family }) => yesIf(protocol === 'tcp' && state === 'NEW', family),
  '--tcp-flags': ([mask = '', set = ''], packet) => (packet.protocol === 'tcp' ? flags(mask, set, packet) : NOBODY),
  '--ctstate': ([states = ''], packet) => inState(states, packet),
  '--state': ([states = ''], packet) => inState(states, packet),
  '--comment': (_, { family }) => all(family),
  '--icmp-type': () => NOBODY,
  '--icmpv6-type': () => NOBODY,
  '--dst-type': ([type = ''], packet) => addressType(type, packet, 'input'),
  '--src-type': ([type = ''], packet) => addressType(type, packet, 'output'),
  '--rt-type': () => NOBODY,
  '--pkt-type': ([type = ''], { family }) => yesIf(type === 'unicast' || type === 'host', family),
  '--src-range': ([range = ''], packet) => inRange(range, packet, 'input'),
  '--dst-range': ([range = ''], packet) => inRange(range, packet, 'output'),
  // One connection, now and then, stays below any limit.
  '--limit': (_, { family }) => all(family),
  '--limit-burst': (_, { family }) => all(family),
  '--connlimit-upto': ([count], { family }) => yesIf(Number(count) > 0, family),
  '--connlimit-above': ([count], { family }) => yesIf(Number(count) === 0, family),
  '--connlimit-mask': (_, { family }) => all(family),
  '--connlimit-saddr': (_, { family }) => all(family),
}

/** Modules whose options say something together only. */
const MODULES: Readonly<Record<string, (options: readonly Option[], packet: Packet) => Answer>> = {
  recent: (options, { family }) => {
    if (options.some(({ name }) => name === '--set')) return all(family)
    // A list that counts only from the second packet on lets the first one by.
    const count = Number(options.find(({ name }) => name === '--hitcount')?.values[0] ?? 0)
    return count > 1 && options.every(({ not }) => !not) ? NOBODY : unknown(family)
  },
  hashlimit: (options, { family }) => {
    if (options.some(({ name }) => name === '--hashlimit-above')) return NOBODY
    return options.some(({ name }) => name === '--hashlimit-upto' || name === '--hashlimit')
      ? all(family)
      : unknown(family)
  },
}

/** The client's end of an address option, or the device's own, which is not known but for what it cannot be. */
function addresses([text = '']: readonly string[], { family, hook }: Packet, clientAt: Packet['hook']): Answer {
  const networks = text.split(',').map((word) => parseNetwork(word))
  if (networks.some((network) => network === undefined)) return unknown(family)
  const known = networks as Network[]
  if (hook === clientAt) return clientsOf(known, family)
  if (known.some((network) => network.family === family && network.mask === 0n)) return all(family)
  return known.every(isNotOfTheDevice) ? NOBODY : unknown(family)
}

/** Multicast, broadcast and loopback: where no connection from outside goes to. */
function isNotOfTheDevice({ family, bits }: Network): boolean {
  if (family === 6) return bits >> 120n === 0xffn || bits === 1n
  return bits >> 28n === 0xen || bits === 0xffffffffn || bits >> 24n === 127n
}

function onInterface(name: string, { family, hook, interface: own }: Packet, of: Packet['hook']): Answer {
  return hook === of ? yesIf(name === '+' || isNamed(own, name), family) : NOBODY
}

function port(ports: string, { family, hook, port: own }: Packet, at: Packet['hook']): Answer {
  const ranges = ports
    .split(',')
    .map((part) => part.split(':').map((text, i) => (text === '' ? i * 65535 : portOf(text))))
  if (ranges.flat().some(Number.isNaN)) return unknown(family)
  const holds = (wanted: number) => ranges.some(([low = 0, high = low]) => low <= wanted && wanted <= high)
  if (hook === at) return yesIf(holds(own), family)
  const [low, high] = EPHEMERAL
  if (ranges.some(([from = 0, to = from]) => from <= low && high <= to)) return all(family)
  return ranges.some(([from = 0, to = from]) => to >= low && from <= high) ? unknown(family) : NOBODY
}

/** Numbers, and the one name that matters here; another name of /etc/services is not looked up. */
function portOf(text: string): number {
  return text === 'ssh' ? 22 : Number(text)
}

function inState(states: string, { state, family }: Packet): Answer {
  return yesIf(states.toUpperCase().split(',').includes(state), family)
}

/** A first packet has SYN alone, later ones ACK and perhaps PSH. */
function flags(mask: string, set: string, { state, family }: Packet): Answer {
  const names = (text: string) => (text === 'ALL' ? ALL_FLAGS : text === 'NONE' ? [] : text.split(','))
  const own = state === 'NEW' ? ['SYN'] : ['ACK']
  const looked = names(mask)
  const wanted = names(set)
  if (state === 'ESTABLISHED' && looked.includes('PSH')) return wanted.includes('ACK') ? unknown(family) : NOBODY
  return yesIf(
    looked.every((flag) => own.includes(flag) === wanted.includes(flag)),
    family,
  )
}

const ALL_FLAGS = ['SYN', 'ACK', 'FIN', 'RST', 'URG', 'PSH']

function addressType(type: string, { family, hook }: Packet, deviceAt: Packet['hook']): Answer {
  const isOwn = hook === deviceAt
  const types = type.toUpperCase().split(',')
  if (types.some((one) => one === 'UNICAST') && !isOwn) return all(family)
  return yesIf(isOwn && types.includes('LOCAL'), family)
}

function inRange(range: string, { family, hook }: Packet, clientAt: Packet['hook']): Answer {
  const networks = rangeNetworks(range)
  return networks === undefined || hook !== clientAt ? unknown(family) : clientsOf(networks, family as Family)
}
