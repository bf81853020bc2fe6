export type Policy = 'allow' | 'deny' | 'reject'

export interface Firewall {
  readonly enabled: boolean
  readonly incoming: Policy
  readonly outgoing: Policy
  readonly routed: Policy
  readonly logging: 'off' | 'low' | 'medium' | 'high' | 'full'
  /** ufw's command syntax, word for word, without the leading `ufw`. */
  readonly rules: readonly string[]
}
