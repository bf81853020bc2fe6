import type { Family } from '../net/address.ts'
import { chainPrefix } from './lines.ts'
import type { Firewall, Policy } from './policy.ts'

type Level = Firewall['logging']
type Policies = Pick<Firewall, 'incoming' | 'outgoing' | 'routed'>

const RANK: Readonly<Record<Level, number>> = { off: 0, low: 1, medium: 2, high: 3, full: 4 }
const WAYS = ['input', 'output', 'forward'] as const
const LIMIT = ' -m limit --limit 3/min --limit-burst 10'

/**
 * The LOGGING block of user.rules: what the level logs beyond rules of its own, given the default policies
 * (ufw(8) LOGGING; bodies as written by ufw 0.36 after `ufw default …` and `ufw logging LEVEL`).
 */
export function loggingLines(level: Level, policies: Policies, family: Family): string[] {
  const prefix = chainPrefix(family)
  if (level === 'off') return WAYS.map((way) => `-I ${prefix}-user-logging-${way} -j RETURN`)
  const rank = RANK[level]
  const limit = rank < RANK.high ? LIMIT : ''
  const policy: Readonly<Record<(typeof WAYS)[number], Policy>> = {
    input: policies.incoming,
    output: policies.outgoing,
    forward: policies.routed,
  }
  const log = (mode: '-A' | '-I', chain: string, match: string, text: string, tail: string) =>
    `${mode} ${prefix}-${chain}${match} -j LOG --log-prefix "[UFW ${text}] "${tail}`
  const after = WAYS.filter((way) => policy[way] !== 'allow' || rank >= RANK.medium).map((way) =>
    log('-A', `after-logging-${way}`, '', policy[way] === 'allow' ? 'ALLOW' : 'BLOCK', limit),
  )
  const invalid = ' -m conntrack --ctstate INVALID'
  const misc = [
    rank < RANK.medium
      ? `-I ${prefix}-logging-deny${invalid} -j RETURN${limit}`
      : log('-A', 'logging-deny', invalid, 'AUDIT INVALID', limit),
    log('-A', 'logging-deny', '', 'BLOCK', limit),
    log('-A', 'logging-allow', '', 'ALLOW', limit),
  ]
  const fresh = rank < RANK.high ? ` -m conntrack --ctstate NEW${LIMIT}` : rank < RANK.full ? LIMIT : ''
  const audit = rank >= RANK.medium ? WAYS.map((way) => log('-I', `before-logging-${way}`, '', 'AUDIT', fresh)) : []
  return [...after, ...misc, ...audit]
}
