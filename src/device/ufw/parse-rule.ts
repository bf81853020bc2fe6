import type { Family, Network } from '../net/address.ts'
import { interfaceNames, readHead } from './head.ts'
import { readFull, readSimple } from './match.ts'
import type { Names } from './names.ts'
import { isMulti } from './ports.ts'
import { type Command, PORTLESS, type Rule, RuleError } from './rule.ts'
import { type Word, words } from './words.ts'

/**
 * Reads one rule in ufw's command syntax (ufw(8)).
 *
 * @param index its place in `firewall.rules`
 * @throws RuleError when ufw would refuse the rule
 */
export function parseRule(text: string, index: number, names: Names): Command {
  const all = words(text)
  const comment = takeComment(all)
  const head = readHead(all)
  const bare = Object.keys(head.interfaces).length === 0
  if (bare && all.length === 0)
    throw new RuleError('FWL001', text.length + 1, 'a port, an address or an interface is missing')
  const match = bare && all.length === 1 ? readSimple(all[0] as Word, names) : readFull(all, head, names)
  const interfaces = interfaceNames(head)
  const rule: Rule = {
    action: head.action,
    log: head.log,
    forward: head.forward,
    direction: head.direction ?? 'in',
    interfaceIn: interfaces.in,
    interfaceOut: interfaces.out,
    protocol: match.protocol,
    source: match.source,
    destination: match.destination,
    comment,
  }
  assertProtocolFits(rule)
  return { rule, families: familiesOf(rule, match.networks), position: head.position, index }
}

/** `comment TEXT` may stand anywhere after the action. */
function takeComment(all: Word[]): string {
  const at = all.findIndex((word) => word.text === 'comment')
  if (at === -1) return ''
  const [keyword, text] = all.splice(at, 2)
  const column = (text ?? keyword)?.column ?? 1
  if (text === undefined) throw new RuleError('FWL009', column, "'comment' needs a text", "comment 'any text'")
  if (text.text.includes("'")) throw new RuleError('FWL009', column, "ufw allows no ' in a comment")
  return text.text
}

function assertProtocolFits(rule: Rule): void {
  const ports = [rule.source.port, rule.destination.port]
  if ((PORTLESS as readonly string[]).includes(rule.protocol) && ports.some((port) => port !== 'any')) {
    throw new RuleError('FWL005', 1, `protocol ${rule.protocol} has no ports`)
  }
  const app = rule.source.app !== '' || rule.destination.app !== ''
  if (!app && rule.protocol === 'any' && ports.some(isMulti)) {
    throw new RuleError('FWL005', 1, 'several ports need a protocol', "add /tcp or /udp, or 'proto tcp'")
  }
}

function familiesOf(rule: Rule, networks: readonly Network[]): readonly Family[] {
  const families = [...new Set(networks.map((network) => network.family))]
  const ipv4Only = rule.protocol === 'igmp' || rule.protocol === 'ipv6'
  if (families.length > 1) throw new RuleError('FWL004', 1, 'one address is IPv4, the other IPv6')
  if (ipv4Only && families[0] === 6) throw new RuleError('FWL005', 1, `protocol ${rule.protocol} is for IPv4 only`)
  if (families[0] !== undefined) return families
  return ipv4Only ? [4] : [4, 6]
}
