import type { Steps } from '../../base/steps.ts'
import type { Family } from '../net/address.ts'
import {
  difference,
  intersection,
  type NetworkSet,
  putIn,
  type Range,
  takeOut,
  union,
  WORLD,
} from '../net/network-set.ts'
import type { Answer, Chains, FilterRule, Packet } from './ruleset.ts'

/** What a table does with a packet, by the client that sends or gets it. */
export interface Fate {
  /** Clients that surely get through. */
  readonly open: NetworkSet
  /** Clients that may get through or not. */
  readonly doubtful: NetworkSet
  /** The rules that this hangs on. */
  readonly doubts: readonly FilterRule[]
}

/** Targets after which the packet goes on to the next rule (iptables-extensions(8)). */
const PASSING = new Set(
  [
    '',
    'LOG',
    'NFLOG',
    'ULOG',
    'AUDIT',
    'MARK',
    'CONNMARK',
    'CONNSECMARK',
    'SECMARK',
    'TCPMSS',
    'DSCP',
    'TOS',
    'TTL',
  ].concat([
    'HL',
    'CONTINUE',
    'NOTRACK',
    'MASQUERADE',
    'CLASSIFY',
    'SET',
    'TRACE',
    'CT',
    'CHECKSUM',
    'TEE',
    'LED',
    'RATEEST',
    'TCPOPTSTRIP',
  ]),
)
const SHUT = new Set(['DROP', 'REJECT', 'TARPIT'])
/** Ways that may be gone or not, one in the other. */
const MOST_DOUBTS = 500

/**
 * What becomes of a packet in a chain that the kernel calls: the first rule with a verdict decides, then the policy.
 * A rule that cannot be evaluated is followed both ways.
 *
 * @param chains of a table that the kernel takes: they do not call each other in a circle
 * @param steps one for each rule that is looked at
 * @throws TargetError when they are too many
 */
export function fateOf(chains: Chains, start: string, packet: Packet, steps: Steps): Fate {
  const walk = new Walk(chains, packet, steps)
  const left = walk.chain(start, [WORLD[packet.family]], true)
  const open = chains.get(start)?.policy === 'DROP' ? walk.open : union(walk.open, left)
  return {
    open: difference(open, walk.maybeShut),
    doubtful: union(difference(walk.maybeOpen, open), intersection(open, walk.maybeShut)),
    doubts: [...walk.doubts],
  }
}

/** Everybody gets through. */
export function throughFor(family: Family): Fate {
  return { open: [WORLD[family]], doubtful: [], doubts: [] }
}

/** Both have to let the client through. */
export function bothFates(a: Fate, b: Fate): Fate {
  const open = intersection(a.open, b.open)
  const possible = intersection(union(a.open, a.doubtful), union(b.open, b.doubtful))
  return { open, doubtful: difference(possible, open), doubts: [...new Set([...a.doubts, ...b.doubts])] }
}

class Walk {
  readonly open: Range[] = []
  readonly maybeOpen: Range[] = []
  readonly maybeShut: Range[] = []
  readonly doubts = new Set<FilterRule>()
  readonly #chains: Chains
  readonly #packet: Packet
  readonly #steps: Steps
  #inDoubt = 0
  /** How often something was decided that may not be. */
  #doubtful = 0

  constructor(chains: Chains, packet: Packet, steps: Steps) {
    this.#chains = chains
    this.#packet = packet
    this.#steps = steps
  }

  /** @returns the clients that the chain has no verdict for */
  chain(name: string, entering: NetworkSet, sure: boolean): NetworkSet {
    return this.#rules(this.#chains.get(name)?.rules ?? [], entering, sure)
  }

  #rules(rules: readonly FilterRule[], entering: NetworkSet, sure: boolean): NetworkSet {
    const left = [...entering]
    const back: Range[] = []
    for (const [i, rule] of rules.entries()) {
      const answer = answerOf(rule, this.#packet)
      const hit = intersection(left, answer.clients)
      // A rule that many ranges of clients come to costs more.
      this.#steps.take(rule, 1 + (hit.length >> 5))
      if (hit.length === 0 || PASSING.has(rule.target)) continue
      if (rule.target === 'RETURN') {
        if (!answer.sure) this.#maybe(rule, () => this.#rules(rules.slice(i + 1), hit, false))
        putIn(back, hit)
        takeOut(left, hit)
      } else if (this.#chains.has(rule.target)) {
        const enter = (certain: boolean) => this.chain(rule.target, hit, certain)
        if (!answer.sure) {
          this.#maybe(rule, () => enter(false))
          continue
        }
        const returned = enter(sure)
        takeOut(left, hit)
        putIn(rule.isGoto ? back : left, returned)
      } else {
        const isKnown = rule.target === 'ACCEPT' || SHUT.has(rule.target)
        const certain = answer.sure && isKnown
        if (!certain) this.doubts.add(rule)
        if (rule.target === 'ACCEPT' || !isKnown) this.#decides(sure && certain ? this.open : this.maybeOpen, hit)
        if (rule.target !== 'ACCEPT' && !(sure && certain)) this.#decides(this.maybeShut, hit)
        if (certain) takeOut(left, hit)
      }
    }
    return union(back, left)
  }

  #decides(fate: Range[], hit: NetworkSet): void {
    putIn(fate, hit)
    if (fate !== this.open) this.#doubtful += 1
  }

  /** Follows a way that may be gone or not: the rule is in doubt when something is decided there. */
  #maybe(rule: FilterRule, follow: () => unknown): void {
    const before = this.#doubtful
    this.#inDoubt += 1
    if (this.#inDoubt > MOST_DOUBTS) this.#steps.end(rule)
    follow()
    this.#inDoubt -= 1
    if (before !== this.#doubtful) this.doubts.add(rule)
  }
}

function answerOf({ matches }: FilterRule, packet: Packet): Answer {
  let clients: NetworkSet = [WORLD[packet.family]]
  let sure = true
  for (const match of matches) {
    const answer = match(packet)
    clients = intersection(clients, answer.clients)
    sure &&= answer.sure
    if (clients.length === 0) break
  }
  return { clients, sure }
}
