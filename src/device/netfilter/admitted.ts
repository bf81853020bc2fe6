import { Steps } from '../../base/steps.ts'
import type { Family } from '../net/address.ts'
import { union } from '../net/network-set.ts'
import { type Reach, reachByInterface } from '../net/reach.ts'
import { bothFates, type Fate, fateOf, throughFor } from './evaluate.ts'
import type { Chains, FilterRule, Packet } from './ruleset.ts'

/** A chain that the kernel calls for packets to or from the device itself. */
export interface Hooked {
  readonly family: Family
  readonly hook: Packet['hook']
  /** NAT is asked about the first packet of a connection alone. */
  readonly isNat: boolean
  readonly chains: Chains
  readonly chain: string
}

/** From where connections to a port get through a packet filter. */
export interface Admitted {
  readonly reach: Reach
  /** As `reach`, and from where they may get through: that hangs on `doubts`. */
  readonly possible: Reach
  readonly doubts: readonly FilterRule[]
}

const FAMILIES = [4, 6] as const
/** The first packet, the client's later ones, and the replies: a connection needs all three. */
const STAGES = [
  { hook: 'input', state: 'NEW' },
  { hook: 'input', state: 'ESTABLISHED' },
  { hook: 'output', state: 'ESTABLISHED' },
] as const

/** Rules that are looked at: lists of thousands, for each of a handful of interfaces. */
const MOST_STEPS = 1_500_000

/**
 * From where a TCP connection (or a datagram) to `port` gets through all of `hooked`. A rule that names an interface is tried with it;
 * `any` stands for those that no rule names.
 *
 * @throws TargetError when the rules call each other, or name interfaces, so often that there is no end
 */
export function admitted(hooked: readonly Hooked[], port: number, protocol: Packet['protocol'] = 'tcp'): Admitted {
  const steps = new Steps('steps through the rules of the firewall', MOST_STEPS)
  const rules = hooked.flatMap(({ chains }) => [...chains.values()].flatMap((chain) => chain.rules))
  const names = [...new Set(rules.flatMap(({ interfaces }) => interfaces))].filter(
    (name) => name !== 'lo' && name !== '+',
  )
  const fates = ['any', ...names].map((name) => ({
    name,
    of: FAMILIES.map((family) => fate(hooked, { family, protocol, port, interface: name }, steps)),
  }))
  const reached = (isPossible: boolean): Reach => {
    const open = fates.map(({ name, of }) => ({
      name,
      open: union(
        of.flatMap((one) => one.open),
        isPossible ? of.flatMap((one) => one.doubtful) : [],
      ),
    }))
    return reachByInterface(open[0]?.open ?? [], open.slice(1))
  }
  const doubts = fates.flatMap(({ of }) => of.flatMap((one) => (one.doubtful.length > 0 ? one.doubts : [])))
  return { reach: reached(false), possible: reached(true), doubts: [...new Set(doubts)] }
}

function fate(hooked: readonly Hooked[], client: Omit<Packet, 'hook' | 'state'>, steps: Steps): Fate {
  const { family } = client
  let found = throughFor(family)
  for (const { hook, state } of STAGES) {
    const packet: Packet = { ...client, hook, state }
    for (const one of hooked) {
      if (one.family !== family || one.hook !== hook || (one.isNat && state !== 'NEW')) continue
      found = bothFates(found, fateOf(one.chains, one.chain, packet, steps))
    }
  }
  return found
}
