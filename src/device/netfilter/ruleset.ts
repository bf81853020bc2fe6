import type { Family } from '../net/address.ts'
import type { NetworkSet } from '../net/network-set.ts'

/** A packet of a TCP connection from a client to a port of the device, or of what goes to and fro over UDP. */
export interface Packet {
  readonly family: Family
  readonly protocol: 'tcp' | 'udp'
  readonly hook: 'input' | 'output'
  /** As conntrack sees it: `NEW` is the first packet, `ESTABLISHED` any later one and every reply. */
  readonly state: 'NEW' | 'ESTABLISHED'
  /** Of the device. */
  readonly port: number
  /** The interface by which the client is reached: a name, a pattern with `+`, or `any` for one that no rule names. */
  readonly interface: string
}

/** The clients whose packets match, all of one family. */
export interface Answer {
  readonly clients: NetworkSet
  /** False: whether theirs match hangs on something that cannot be evaluated. */
  readonly sure: boolean
}

export type Match = (packet: Packet) => Answer

/** One rule of a chain, read from a line of a file. */
export interface FilterRule {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly text: string
  /** All have to match. */
  readonly matches: readonly Match[]
  /** The interfaces that it names. */
  readonly interfaces: readonly string[]
  /** `ACCEPT`, `DROP`, `LOG` …, or a chain; empty: none. */
  readonly target: string
  /** The chain that was left for the target is not come back to (`-g`). */
  readonly isGoto: boolean
}

export interface Chain {
  /** What happens at the end of a chain that the kernel calls; undefined: back to the calling chain. */
  readonly policy: 'ACCEPT' | 'DROP' | undefined
  readonly rules: readonly FilterRule[]
}

/** The chains of one table. */
export type Chains = ReadonlyMap<string, Chain>
