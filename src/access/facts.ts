/**
 * What decides whether somebody gets in, as it will be on the device: read from the image with the plan laid over it,
 * never from the spec's intentions.
 */
export interface DeviceFacts {
  /** `YYYY-MM-DD`: the day against which expiry is judged. */
  readonly today: string
  readonly ssh: {
    readonly enabled: boolean
    readonly port: number
    /** Why nobody reaches sshd on that port (not started, another port, the loopback only); undefined: it is reached. */
    readonly unreachable: string | undefined
  }
  /** From where a connection to the SSH port gets through the firewall to an sshd that answers that family of addresses. */
  readonly firewall: Reach
  readonly accounts: readonly AccountFacts[]
}

/** `everywhere`, or the networks (CIDR) from which something is reached; an empty list is nowhere. */
export type Reach = 'everywhere' | readonly string[]

export interface AccountFacts {
  readonly name: string
  /** An account of this spec (an owner), or the stock account that the spec says to keep. */
  readonly wanted: boolean
  /** The spec wants this account to be able to become root. */
  readonly admin: boolean
  readonly shell: { readonly path: string; readonly usable: boolean }
  readonly password: 'usable' | 'locked' | 'none' | 'empty'
  readonly mustChangePassword: boolean
  readonly expires: string | undefined
  readonly keys: readonly KeyFacts[]
  /** Why sshd will not read this account's keys (StrictModes); undefined: it will. */
  readonly strictModes: string | undefined
  readonly sshd: {
    /** Why sshd turns the account away before any method (AllowUsers, DenyUsers, PermitRootLogin …). */
    readonly refused: string | undefined
    readonly keys: boolean
    readonly password: boolean
  }
  readonly sudo: { readonly root: boolean; readonly needsPassword: boolean }
}

export interface KeyFacts {
  readonly type: string
  readonly fingerprint: string
  readonly from: Reach
  readonly expires: string | undefined
  readonly command: boolean
  /** Why this sshd will not take the key (type or size); undefined: it will. */
  readonly refused: string | undefined
}
