import { type Family, isPrefix, type Network } from '../net/address.ts'
import { difference, networkSet, WORLD } from '../net/network-set.ts'
import type { Answer } from './ruleset.ts'

export function all(family: Family): Answer {
  return { clients: [WORLD[family]], sure: true }
}

export const NOBODY: Answer = { clients: [], sure: true }

/** It may be any client of the family. */
export function unknown(family: Family): Answer {
  return { clients: [WORLD[family]], sure: false }
}

export function yesIf(condition: boolean, family: Family): Answer {
  return condition ? all(family) : NOBODY
}

/** Clients of these networks; one whose mask has holes leaves the whole family in doubt. */
export function clientsOf(networks: readonly Network[], family: Family): Answer {
  const own = networks.filter((network) => network.family === family)
  return own.every(isPrefix) ? { clients: networkSet(own), sure: true } : unknown(family)
}

/** All others; what is not sure stays so, and may be anybody. */
export function negated({ clients, sure }: Answer, family: Family): Answer {
  return sure ? { clients: difference([WORLD[family]], clients), sure } : unknown(family)
}
