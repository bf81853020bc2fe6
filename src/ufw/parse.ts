import type { Problem } from '../spec/report.ts'
import { type Network, ufwText } from './address.ts'
import { type Head, interfaceNames, isDirection, next, readHead, takeSecondInterface } from './head.ts'
import type { Names } from './names.ts'
import { isMulti } from './ports.ts'
import { isProfileName } from './profiles.ts'
import {
  ANYWHERE,
  type Command,
  type Family,
  PORTLESS,
  type Protocol,
  type Rule,
  RuleError,
  type Side,
} from './rule.ts'
import { joinProtocols, type Ports, readAddress, readPorts, readProfile, readProtocol } from './values.ts'
import { type Word, words } from './words.ts'

/**
 * Reads rules in ufw's command syntax (ufw(8)), as `firewall.rules` holds them.
 *
 * @returns the rules that could be read, in order, and one problem for each of the others
 */
export function parseRules(rules: readonly string[], names: Names): { commands: Command[]; problems: Problem[] } {
  const commands: Command[] = []
  const problems: Problem[] = []
  rules.forEach((text, index) => {
    try {
      commands.push(parseRule(text, index, names))
    } catch (error) {
      if (!(error instanceof RuleError)) throw error
      problems.push(ruleProblem(error, index))
    }
  })
  return { commands, problems }
}

/** FWL012 alone is a warning: whether a profile exists cannot be told without the image. */
export function ruleProblem(error: RuleError, index: number): Problem {
  return {
    severity: error.code === 'FWL012' ? 'warning' : 'error',
    code: error.code,
    path: ['firewall', 'rules', index],
    message: `column ${error.column} of the rule: ${error.message}`,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  }
}

/** @throws RuleError when ufw would refuse the rule */
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

interface Match {
  readonly protocol: Protocol
  readonly source: Side
  readonly destination: Side
  /** Of the addresses that were written, `any` left out. */
  readonly networks: readonly Network[]
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

/** `PORT[/PROTOCOL]`, a service, or an application profile; a name that is both is the service. */
function readSimple(word: Word, names: Names): Match {
  const { text, column } = word
  const open = { source: ANYWHERE, networks: [] }
  if (isProfileName(text) && !names.services.has(text)) {
    const app = readProfile(word, names, false)
    return { ...open, protocol: 'any', destination: { ...ANYWHERE, app } }
  }
  const [port = '', suffix, ...more] = text.split('/')
  if (more.length > 0) throw new RuleError('FWL003', column, `'${text}' is not PORT/PROTOCOL`)
  const asked = suffix === undefined ? 'any' : readProtocol(suffix, column + port.length + 1)
  const to = readPorts(port, column, names)
  return {
    ...open,
    protocol: joinProtocols(asked, undefined, to, column),
    destination: { ...ANYWHERE, port: to.text },
  }
}

/** Pairs of a keyword and its value, in any order: `from`, `to`, `port`, `app`, `proto`. */
function readFull(all: Word[], head: Head, names: Names): Match {
  const seen = new Map<string, Word>()
  let side = ''
  for (let key = all[0]; key !== undefined; key = all[0]) {
    if (head.forward && isDirection(key.text) && all[1]?.text === 'on') {
      takeSecondInterface(all, head.interfaces)
      continue
    }
    all.shift()
    const value = next(all, `'${key.text}' needs a value`, key)
    if (key.text === 'from' || key.text === 'to') side = key.text
    else if (key.text === 'port' || key.text === 'app') {
      if (side === '') throw new RuleError('FWL001', key.column, `'${key.text}' needs 'from' or 'to' before it`)
    } else if (key.text !== 'proto') {
      throw new RuleError(
        'FWL001',
        key.column,
        `'${key.text}' is not expected here`,
        "'from', 'to', 'port', 'app', 'proto'",
      )
    }
    const name = key.text === 'port' || key.text === 'app' ? `${side} ${key.text}` : key.text
    if (seen.has(name)) throw new RuleError('FWL001', key.column, `'${key.text}' is given twice`)
    seen.set(name, value)
  }
  if (side === '' && Object.keys(head.interfaces).length === 0) {
    throw new RuleError('FWL001', seen.get('proto')?.column ?? 1, "'from' or 'to' is missing", 'for example: to any')
  }
  const from = readSide('from', seen, names)
  const to = readSide('to', seen, names)
  const proto = seen.get('proto')
  const asked = proto === undefined ? 'any' : readProtocol(proto.text, proto.column)
  const app = seen.get('from app') ?? seen.get('to app')
  const protocol = joinProtocols(asked, from.ports, to.ports, proto?.column ?? 1)
  if (app !== undefined && (proto !== undefined || protocol !== 'any')) {
    throw new RuleError('FWL005', app.column, 'an application profile brings its own protocol')
  }
  const networks = [from.network, to.network].filter((network) => network !== undefined)
  return { protocol, source: from.side, destination: to.side, networks }
}

function readSide(name: 'from' | 'to', seen: ReadonlyMap<string, Word>, names: Names) {
  const [address, port, app] = [seen.get(name), seen.get(`${name} port`), seen.get(`${name} app`)]
  if (port !== undefined && app !== undefined) {
    throw new RuleError('FWL001', app.column, "either 'port' or 'app' on one side")
  }
  const network = address === undefined ? undefined : readAddress(address)
  const ports: Ports | undefined = port === undefined ? undefined : readPorts(port.text, port.column, names)
  const side: Side = {
    address: network === undefined || (network.mask === 0n && network.bits === 0n) ? 'any' : ufwText(network),
    port: ports?.text ?? 'any',
    // ufw itself mixes the ends up when it corrects the case of a profile at the source.
    app: app === undefined ? '' : readProfile(app, names, name === 'from'),
  }
  return { side, network, ports }
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
