import { type Reach, reachFrom } from '../net/reach.ts'
import { reachOf } from './networks.ts'

/**
 * From where a list of host patterns lets somebody in (match_host_and_ip in auth2-pubkey.c): what a pattern matches and
 * none with `!` does. Names of hosts, and patterns that are no networks, open nothing that could be proved.
 */
export function reachOfPatterns(patterns: readonly string[]): Reach {
  const taken = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1))
  const given = patterns.filter((pattern) => !pattern.startsWith('!'))
  return reachFrom(given.flatMap(networksOf), taken.flatMap(networksOf))
}

/** In CIDR. */
function networksOf(pattern: string): readonly string[] {
  const reach = reachOf(pattern)
  if (reach === 'all') return ['0.0.0.0/0', '::/0']
  return typeof reach === 'string' ? [] : reach.map(({ text }) => text)
}
