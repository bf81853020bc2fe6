import { isIP } from '../../base/host/addresses.ts'
import type { Release } from '../inspect/inventory.ts'
import { isAddressList } from './line-checks.ts'
import { contains, type Network, networkOf, reachOf } from './networks.ts'
import { isAmongAddresses, isAmongHosts, matchAddress, matchList } from './patterns.ts'
import { portOf } from './ports.ts'
import type { SourceLine } from './source-line.ts'
import { LineError } from './tokens.ts'

/** Who connects, from where to where: what `sshd -T -C` takes. */
export interface Connection {
  readonly user: string
  /** Names of the user's groups, the primary one among them. */
  readonly groups: readonly string[]
  readonly address: string
  /** Host name of the client: its address with `UseDNS no`; not there: sshd asks DNS. */
  readonly host?: string
  readonly localAddress?: string
  readonly localPort?: number
  /** Answers what the rest does not say; without it, no. */
  readonly guess?: (question: Question) => boolean
}

/** On which it depends whether a line is met, and nothing says. */
export interface Question {
  /** `Match Version OpenSSH_10.0p2*` */
  readonly text: string
  readonly at: SourceLine
}

/** One word of a `Match` line, its name in lower case, and the patterns it is asked with. */
interface Criterion {
  readonly name: string
  readonly list: string
}

/** The criteria of one `Match` line; all must hold. */
export interface Condition {
  /** It holds for everybody, and already when sshd starts: `Match all`. */
  readonly all: boolean
  readonly criteria: readonly Criterion[]
  readonly at: SourceLine
}

const CRITERIA = new Set(['user', 'group', 'host', 'address', 'localaddress', 'localport', 'rdomain'])
/** Came with OpenSSH 10.0, and so did the form `name=list`. */
const NEW_CRITERIA = new Set(['version'])

/** How OpenSSH of Debian 13 names itself up to the packager's part, which an update changes (version.h). */
const VERSION = 'OpenSSH_10.0p2 '

/** @throws LineError for what makes this release's sshd refuse the line */
export function parseCondition(args: readonly string[], release: Release, at: SourceLine): Condition {
  const criteria: Criterion[] = []
  const words = [...args]
  if (words.length === 0) throw new LineError('Match without criteria')
  if (words[0]?.toLowerCase() === 'all') {
    if (words.length > 1) throw new LineError("'all' cannot be combined with other Match attributes")
    return { all: true, criteria, at }
  }
  while (words.length > 0) {
    const word = words.shift() as string
    const joined = /^([A-Za-z]+)=(.*)$/s.exec(word)
    const name = (joined?.[1] ?? word).toLowerCase()
    if (name === 'invalid-user' && release === 'trixie') {
      criteria.push({ name, list: '' })
      continue
    }
    if (!CRITERIA.has(name) && !(NEW_CRITERIA.has(name) && release === 'trixie')) {
      throw new LineError(`Unsupported Match attribute ${word}`)
    }
    const list = joined?.[2] ?? words.shift()
    if (list === undefined || list === '') throw new LineError(`Missing Match criteria for ${name}`)
    if (/address$/.test(name) && !isAddressList(list)) throw new LineError(`Invalid Match ${name} argument '${list}'`)
    if (name === 'localport' && portOf(list) === undefined) throw new LineError(`Invalid LocalPort '${list}'`)
    criteria.push({ name, list })
  }
  // The version is the same for every connection, and known when sshd starts.
  const isKnown = ({ name, list }: Criterion) => name === 'version' && matchVersion(list) === true
  return { all: criteria.every(isKnown), criteria, at }
}

/** Whether a `Match` line holds for a connection; what the connection does not say is guessed. */
export function holds(condition: Condition, connection: Connection): boolean {
  return condition.criteria.every((criterion) => {
    const answer = answerTo(criterion, connection)
    return (
      answer ?? connection.guess?.({ text: `Match ${criterion.name} ${criterion.list}`, at: condition.at }) ?? false
    )
  })
}

/** Undefined: the connection does not say. */
function answerTo({ name, list }: Criterion, connection: Connection): boolean | undefined {
  const { user, groups, address, localAddress, localPort } = connection
  switch (name) {
    case 'user':
      return matchList(user, list) === 'yes'
    case 'group':
      return matchGroups(groups, list)
    case 'host':
      return isAmongHosts(connection, list)
    case 'address':
      return isAmongAddresses(address, list)
    case 'localaddress':
      return localAddress === undefined ? isLocalAddress(address, list) : matchAddress(localAddress, list) === 'yes'
    case 'localport':
      return localPort === undefined ? undefined : localPort === portOf(list)
    // A socket is bound to no routing domain unless ListenAddress says so.
    case 'rdomain':
      return matchList('', list) === 'yes'
    case 'version':
      return matchVersion(list)
    // `invalid-user`: only of a user that does not exist.
    default:
      return false
  }
}

/** Which address of the device a client uses is not known but for its family, and that it is not the loopback's. */
function isLocalAddress(client: string, list: string): boolean | undefined {
  const reaches = list.split(',').map(reachOf)
  if (reaches.length === 1 && reaches[0] === 'all') return true
  const isFar = (reach: (typeof reaches)[number]) =>
    reach === 'none' ||
    (typeof reach === 'object' &&
      reach.every((own) => own.family !== isIP(client) || LOOPBACK.some((network) => contains(network, own))))
  return reaches.every(isFar) ? false : undefined
}

const LOOPBACK = ['127.0.0.0/8', '::1'].map((text) => networkOf(text) as Network)

/** One negated pattern that matches any of the groups overrules all others (groupaccess.c, ga_match_pattern_list). */
function matchGroups(groups: readonly string[], list: string): boolean {
  const verdicts = groups.map((group) => matchList(group, list))
  return !verdicts.includes('never') && verdicts.includes('yes')
}

/** Undefined: it depends on the packager's part of the version. */
function matchVersion(list: string): boolean | undefined {
  const verdicts = ['Debian-7+deb13u4', 'Raspbian-9'].map((vendor) => matchList(VERSION + vendor, list) === 'yes')
  if (verdicts.every((verdict) => verdict)) return true
  return verdicts.includes(true) || list.includes(VERSION) ? undefined : false
}
