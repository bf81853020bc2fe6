import type { Code } from '../../base/report/codes.ts'
import type { Family } from '../net/address.ts'
/** Where one rule of ufw matches and what it does; see ufw(8). Text is normalised as ufw stores it. */
export interface Rule {
  readonly action: Action
  readonly log: Log
  /** `route` rules: the packet passes through the device. */
  readonly forward: boolean
  readonly direction: Direction
  readonly interfaceIn: string
  readonly interfaceOut: string
  readonly protocol: Protocol
  readonly source: Side
  readonly destination: Side
  readonly comment: string
}

export type Action = 'allow' | 'deny' | 'reject' | 'limit'

export type Direction = 'in' | 'out'

/** `log`: new connections; `log-all`: every packet. */
export type Log = '' | 'log' | 'log-all'

export const PORTLESS = ['ah', 'esp', 'gre', 'igmp', 'ipv6', 'vrrp'] as const
export type Protocol = 'any' | 'tcp' | 'udp' | (typeof PORTLESS)[number]

/** One end of a rule. `address` and `port` are `any` or what ufw writes; `app` is a profile's name or empty. */
export interface Side {
  readonly address: string
  readonly port: string
  readonly app: string
}

export const ANYWHERE: Side = { address: 'any', port: 'any', app: '' }

/** A rule as one `ufw` command gives it: which lists it goes to and where. */
export interface Command {
  readonly rule: Rule
  readonly families: readonly Family[]
  /** 0: at the end; -1: `prepend`; n: `insert n`, counted as `ufw status numbered` does. */
  readonly position: number
  /** Of `firewall.rules`, from 0. */
  readonly index: number
}

/** What is wrong with a rule; `column` counts from 1 inside the rule's text. */
export class RuleError extends Error {
  override readonly name = 'RuleError'
  readonly code: Code
  readonly column: number
  readonly hint: string | undefined

  constructor(code: Code, column: number, message: string, hint?: string) {
    super(message)
    this.code = code
    this.column = column
    this.hint = hint
  }
}
