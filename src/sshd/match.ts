import type { Release } from '../inspect/inventory.ts'
import { matchAddress, matchHost, matchList } from './patterns.ts'
import { LineError } from './tokens.ts'

/** Who connects, from where to where: what `sshd -T -C` takes. */
export interface Connection {
  readonly user: string
  /** Names of the user's groups, the primary one among them. */
  readonly groups: readonly string[]
  readonly address: string
  /** Host name of the client; with `UseDNS no` sshd takes the address. */
  readonly host?: string
  readonly localAddress?: string
  readonly localPort?: number
}

/** The criteria of one `Match` line; all must hold. */
export interface Condition {
  /** `Match all`: holds for everybody. */
  readonly all: boolean
  /** Name in lower case and its list of patterns. */
  readonly criteria: readonly { readonly name: string; readonly list: string }[]
}

const CRITERIA = new Set(['user', 'group', 'host', 'address', 'localaddress', 'localport', 'rdomain'])
/** Came with OpenSSH 10.0, and so did the form `name=list`. */
const NEW_CRITERIA = new Set(['version'])

/** @throws LineError for what makes this release's sshd refuse the line */
export function parseCondition(args: readonly string[], release: Release): Condition {
  const criteria: { name: string; list: string }[] = []
  const words = [...args]
  if (words.length === 0) throw new LineError('Match without criteria')
  if (words[0]?.toLowerCase() === 'all') {
    if (words.length > 1) throw new LineError("'all' cannot be combined with other Match attributes")
    return { all: true, criteria }
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
    criteria.push({ name, list })
  }
  return { all: false, criteria }
}

/** Whether a `Match` line holds for a connection. A criterion that the connection says nothing about does not. */
export function holds(condition: Condition, connection: Connection): boolean {
  return condition.criteria.every(({ name, list }) => {
    switch (name) {
      case 'user':
        return matchList(connection.user, list) === 'yes'
      case 'group':
        return matchGroups(connection.groups, list)
      case 'host':
        return matchHost(connection.host ?? connection.address, list) === 'yes'
      case 'address':
        return matchAddress(connection.address, list) === 'yes'
      case 'localaddress':
        return connection.localAddress !== undefined && matchAddress(connection.localAddress, list) === 'yes'
      case 'localport':
        return connection.localPort === Number(list)
      default:
        return false
    }
  })
}

/** One negated pattern that matches any of the groups overrules all others (groupaccess.c, ga_match_pattern_list). */
function matchGroups(groups: readonly string[], list: string): boolean {
  const verdicts = groups.map((group) => matchList(group, list))
  return !verdicts.includes('never') && verdicts.includes('yes')
}
