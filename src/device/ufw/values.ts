import { type Network, parseNetwork } from '../net/address.ts'
import type { Names } from './names.ts'
import { normalisePorts } from './ports.ts'
import { isProfileName } from './profiles.ts'
import { PORTLESS, type Protocol, RuleError } from './rule.ts'
import type { Service } from './services.ts'
import type { Word } from './words.ts'

const PROTOCOLS: readonly string[] = ['any', 'tcp', 'udp', ...PORTLESS]

/** A port list, or the number of a service together with what services(5) says of its protocol. */
export interface Ports {
  readonly text: string
  readonly service: Service | undefined
}

/** @throws RuleError unless `word` is an address, a network, or `any` (undefined) */
export function readAddress(word: Word): Network | undefined {
  if (word.text.toLowerCase() === 'any') return undefined
  const network = parseNetwork(word.text)
  if (network !== undefined) return network
  throw new RuleError(
    'FWL004',
    word.column,
    `'${word.text}' is not an address or network`,
    'IPv4 or IPv6, with /PREFIX for a network: 192.0.2.0/24, 2001:db8::/32; host names are not allowed',
  )
}

/** @throws RuleError for a protocol ufw does not know */
export function readProtocol(text: string, column: number): Protocol {
  if (PROTOCOLS.includes(text)) return text as Protocol
  throw new RuleError('FWL005', column, `unsupported protocol '${text}'`, `one of ${PROTOCOLS.join(', ')}`)
}

/** Numbers, ranges and lists, or one service name. */
export function readPorts(text: string, column: number, names: Names): Ports {
  if (/^\d[\d,:]*$/.test(text)) return { text: normalisePorts(text, column), service: undefined }
  if (/[,:]/.test(text)) {
    throw new RuleError(
      'FWL003',
      column,
      `port '${text}': lists and ranges take numbers only`,
      'for example 80,443/tcp',
    )
  }
  const service = /^\w[\w-]+/.test(text) ? names.services.get(text) : undefined
  if (service !== undefined) return { text: String(service.port), service }
  throw new RuleError('FWL003', column, `'${text}' is neither a port nor a service of /etc/services`)
}

/**
 * The profile's own name for what was typed: exact, or the only one that differs by case.
 *
 * @throws RuleError when no profile or more than one fits
 */
export function readProfile(word: Word, names: Names, matchCase: boolean): string {
  const { profiles } = names
  if (profiles.has(word.text)) return word.text
  const alike = [...profiles.keys()].filter((name) => name.toLowerCase() === word.text.toLowerCase())
  const [only] = alike
  if (only !== undefined && alike.length === 1 && !matchCase) return only
  if (!isProfileName(word.text)) {
    throw new RuleError('FWL007', word.column, `'${word.text}' is not the name of an application profile`)
  }
  if (only !== undefined) {
    throw new RuleError('FWL007', word.column, `no application profile '${word.text}'`, `write ${alike.join(' or ')}`)
  }
  throw new RuleError(
    names.complete ? 'FWL007' : 'FWL012',
    word.column,
    `no application profile '${word.text}'${names.complete ? ' in the image or in the ufw package' : ' comes with ufw'}`,
    'write its ports, such as 22/tcp, or bring the profile: files, path /etc/ufw/applications.d/NAME',
  )
}

/**
 * @param paired the rule names two interfaces: ufw loses such a rule when it reads a name that starts with a sign
 * @throws RuleError for what is not a name of an interface, or one that ufw garbles
 */
export function readInterface(word: Word, use: { paired: boolean; logged: boolean }): string {
  const bad = (reason: string) => new RuleError('FWL006', word.column, `interface '${word.text}': ${reason}`)
  const name = word.text
  if (name.includes(':')) throw bad('an alias is not an interface; use its address instead')
  if (name === '' || name === '.' || name === '..' || !/^[a-zA-Z0-9_.+,=%@-]+$/.test(name)) {
    throw bad('not a name of a network interface')
  }
  if (name.length > 15) throw bad('longer than the 15 characters Linux allows')
  if (use.paired && !/^\w/.test(name))
    throw bad('in a rule with two interfaces, ufw reads only names that start with a letter or digit')
  if (use.logged && /-[AD]$/.test(name)) throw bad('ufw garbles a logging rule when the name ends in -A or -D')
  return name
}

/** The protocol that services(5) gives for the two ends together with the one that was asked for. */
export function joinProtocols(
  asked: Protocol,
  from: Ports | undefined,
  to: Ports | undefined,
  column: number,
): Protocol {
  const known = [to?.service?.protocol, from?.service?.protocol].filter((protocol) => protocol !== undefined)
  if (known.includes('none')) throw new RuleError('FWL005', column, 'the service is neither tcp nor udp')
  const firm = [...new Set([asked, ...known].filter((protocol) => protocol !== 'any'))] as Protocol[]
  if (firm.length > 1) throw new RuleError('FWL005', column, `the service does not fit: ${firm.join(' and ')}`)
  return firm[0] ?? 'any'
}
