import { isInNetwork, isIP } from '../../base/host/addresses.ts'
import { matchWildcards } from '../formats/wildcards.ts'
import { type Network, reachOf } from './networks.ts'

/** `*` and `?` over the whole text, case counts (match.c, match_pattern). */
export function matchPattern(text: string, pattern: string): boolean {
  return matchWildcards(pattern, text)
}

/** A list of patterns: `yes`, `no`, or `never` when a negated one (`!x`) matched, which overrules the rest. */
export type Verdict = 'yes' | 'no' | 'never'

/** Comma-separated patterns (match_pattern_list). */
export function matchList(text: string, list: string): Verdict {
  return judge(list, (pattern) => matchPattern(text, pattern))
}

/** A host name against comma-separated patterns; case does not count (match_hostname). */
function matchHost(host: string, list: string): Verdict {
  return matchList(host.toLowerCase(), list.toLowerCase())
}

/** An address against networks, addresses and patterns (addrmatch.c, addr_match_list). */
export function matchAddress(address: string, list: string): Verdict {
  return judge(list, (pattern) => inNetwork(address, pattern) ?? matchPattern(address, pattern))
}

/** Where a client comes from; no host name: sshd asks DNS for it. */
export interface Client {
  readonly address: string
  readonly host?: string
}

/** Whether a client is among `Match Address`; undefined: a pattern stands for no network. */
export function isAmongAddresses(address: string, list: string): boolean | undefined {
  return isUnclear(list) ? undefined : matchAddress(address, list) === 'yes'
}

/** Whether a client is among `Match Host`, where a network in CIDR form matches nothing. */
export function isAmongHosts({ host }: Client, list: string): boolean | undefined {
  if (/^\*+$/.test(list)) return true
  return host === undefined || isUnclear(list) ? undefined : matchHost(host, list) === 'yes'
}

/** Whether a client is among `from=` or what follows the `@` of AllowUsers (match.c, match_host_and_ip). */
export function isAmong({ address, host }: Client, list: string): boolean | undefined {
  if (isUnclear(list)) return undefined
  const byAddress = matchAddress(address, list)
  if (byAddress === 'never') return false
  if (host === undefined && wordsOf(list).some((word) => reachOf(word) === 'none')) return undefined
  const byName = matchHost(host ?? address, list)
  return byName !== 'never' && [byAddress, byName].includes('yes')
}

/** The networks that patterns name, to tell apart from where they match. */
export function networksIn(list: string): readonly Network[] {
  return wordsOf(list)
    .map(reachOf)
    .filter((reach) => typeof reach === 'object')
    .flat()
}

/** A user against one word of AllowUsers or DenyUsers: `name`, or `name@host-or-address` (match_user). */
export function matchUser(user: string, client: Client, pattern: string): boolean | undefined {
  const at = pattern.lastIndexOf('@')
  if (at < 0) return matchPattern(user, pattern)
  return matchPattern(user, pattern.slice(0, at)) && isAmong(client, pattern.slice(at + 1))
}

function isUnclear(list: string): boolean {
  return wordsOf(list).some((word) => reachOf(word) === 'unclear')
}

function wordsOf(list: string): readonly string[] {
  return list.split(',').map((word) => word.replace(/^!/, ''))
}

function judge(list: string, matches: (pattern: string) => boolean): Verdict {
  let found: Verdict = 'no'
  for (const word of list.split(',')) {
    const negated = word.startsWith('!')
    if (!matches(negated ? word.slice(1) : word)) continue
    if (negated) return 'never'
    found = 'yes'
  }
  return found
}

/** Whether an address lies in `network/length` or is that address; undefined: the pattern is neither. */
function inNetwork(address: string, pattern: string): boolean | undefined {
  const [network = '', length] = pattern.split('/', 2)
  const family = isIP(network)
  if (family === 0 || isIP(address) === 0) return undefined
  const bits = length === undefined ? (family === 4 ? 32 : 128) : Number(length)
  if (!/^\d+$/.test(length ?? '0') || bits > (family === 4 ? 32 : 128)) return undefined
  return isInNetwork(address, network, bits)
}
