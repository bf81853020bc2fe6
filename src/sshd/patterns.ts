import { BlockList, isIP } from 'node:net'

/** `*` and `?` over the whole text, case counts (match.c, match_pattern). */
export function matchPattern(text: string, pattern: string): boolean {
  const source = pattern.replace(/[.*+?^${}()|[\]\\]/g, (char) =>
    char === '*' ? '.*' : char === '?' ? '.' : `\\${char}`,
  )
  return new RegExp(`^${source}$`, 's').test(text)
}

/** A list of patterns: `yes`, `no`, or `never` when a negated one (`!x`) matched, which overrules the rest. */
export type Verdict = 'yes' | 'no' | 'never'

/** Comma-separated patterns (match_pattern_list). */
export function matchList(text: string, list: string): Verdict {
  return judge(list, (pattern) => matchPattern(text, pattern))
}

/** A host name against comma-separated patterns; case does not count (match_hostname). */
export function matchHost(host: string, list: string): Verdict {
  return matchList(host.toLowerCase(), list.toLowerCase())
}

/** An address against networks, addresses and patterns (addrmatch.c, addr_match_list). */
export function matchAddress(address: string, list: string): Verdict {
  return judge(list, (pattern) => inNetwork(address, pattern) ?? matchPattern(address, pattern))
}

/** A user against one word of AllowUsers or DenyUsers: `name`, or `name@host-or-address` (match_user). */
export function matchUser(user: string, host: string, address: string, pattern: string): boolean {
  const at = pattern.lastIndexOf('@')
  if (at < 0) return matchPattern(user, pattern)
  if (!matchPattern(user, pattern.slice(0, at))) return false
  const list = pattern.slice(at + 1)
  const verdicts = [matchAddress(address, list), matchHost(host, list)]
  return !verdicts.includes('never') && verdicts.includes('yes')
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
  if (isIP(address) !== family) return false
  const list = new BlockList()
  list.addSubnet(network, bits, family === 4 ? 'ipv4' : 'ipv6')
  return list.check(address, family === 4 ? 'ipv4' : 'ipv6')
}
