import { type Network, ufwText } from '../net/address.ts'
import { type Head, isDirection, next, takeSecondInterface } from './head.ts'
import type { Names } from './names.ts'
import { isProfileName } from './profiles.ts'
import { ANYWHERE, type Protocol, RuleError, type Side } from './rule.ts'
import { joinProtocols, type Ports, readAddress, readPorts, readProfile, readProtocol } from './values.ts'
import type { Word } from './words.ts'

/** What stands after the head of a rule: which packets it matches. */
export interface Match {
  readonly protocol: Protocol
  readonly source: Side
  readonly destination: Side
  /** Of the addresses that were written, `any` left out. */
  readonly networks: readonly Network[]
}

/** `PORT[/PROTOCOL]`, a service, or an application profile; a name that is both is the service. */
export function readSimple(word: Word, names: Names): Match {
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
export function readFull(all: Word[], head: Head, names: Names): Match {
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
