import type { Audit } from '../../../src/core/audit/audit.ts'
import type { RuleId } from '../../../src/core/audit/rules.ts'
import { clients } from './site.ts'
import type { Truth } from './truth.ts'
import { admits } from './verdict.ts'

/** Rules by which an audit says that somebody gets in or up, or that it cannot tell. */
const WAYS: readonly RuleId[] = [
  'ssh-password',
  'default-password',
  'root-unasked',
  'root-way',
  'console-unasked',
  'other-login',
  'unproved',
  'damaged-accounts',
]

/** What an audit has not seen of what a device did, and what it has seen that did not happen; both empty: they agree. */
export interface Agreement {
  readonly missed: readonly string[]
  /** Said without a doubt, and wrong. */
  readonly wrong: readonly string[]
}

/** Holds an audit of a device, of whose owner it does not know, against what the device did. */
export function agreementOf({ findings, proof }: Pick<Audit, 'findings' | 'proof'>, truth: Truth): Agreement {
  const has = (...rules: readonly RuleId[]) => findings.some(({ rule }) => rules.includes(rule))
  const keyOf = (user: string) =>
    findings.some(({ rule, subject }) => rule === 'ssh-key' && subject.startsWith(`${user} `))
  const isDoubtful = has('unproved')
  // No finding: it is among those who get in.
  const atConsole = proof.intruders.filter(({ by }) => by === 'console')
  const consoles = atConsole.map(({ user }) => `${user} at the console`)
  const written = findings.filter(({ rule }) => rule === 'world-writable').map(({ subject }) => subject)
  const said = new Set([...consoles, ...written, ...written.map((path) => `bob up by ${path}`)])
  const { alice } = truth.key
  const missed = [
    ...(alice.length > 0 && !keyOf('alice') && !isDoubtful ? ["alice's key"] : []),
    ...(truth.key.bob && !keyOf('bob') && !isDoubtful ? ["bob's key"] : []),
    ...(has(...WAYS) ? [] : truth.others.filter((other) => !said.has(other))),
    ...(has('root-unasked', 'root-way', 'unproved', 'ssh-password') ? [] : truth.up.filter((way) => !said.has(way))),
    ...(truth.sudo.tty === 'free' && !has('root-unasked', 'root-way', 'unproved') ? ['sudo asks for nothing'] : []),
  ]
  const isUp = truth.state === 'running' || truth.state === 'degraded'
  const byKey = proof.intruders.filter(({ user, by }) => user === 'alice' && by === 'key')
  // From a network, or by an interface, that is not there nobody comes.
  const isOpen = Object.values(clients).some((one) => byKey.some((way) => admits(way, one.address, one.interface)))
  const wrong = isUp && isOpen && alice.length === 0 && !isDoubtful ? ["alice's key"] : []
  return { missed, wrong }
}
