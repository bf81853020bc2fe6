import type { Code } from '../../base/report/codes.ts'
import type { RootGroup } from '../../device/formats/privileged-groups.ts'
import type { Reach } from '../../device/net/reach.ts'
import type { FileLine } from './finding.ts'

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
  /** What stands between the network and sshd; a connection to the SSH port has to pass them all. */
  readonly gates: readonly Gate[]
  readonly accounts: readonly AccountFacts[]
}

/** The firewall, the families of addresses that sshd answers, hosts.deny …: from where they let connections through. */
export interface Gate {
  readonly reach: Reach
  /** What is said where nothing gets through it: a clause without a full stop. */
  readonly code: Code
  readonly because: string
  readonly at?: FileLine | undefined
}

export interface AccountFacts {
  readonly name: string
  /** An account of this spec (an owner), or the stock account that the spec says to keep. */
  readonly wanted: boolean
  /** It is meant to exchange files by sftp, and to do nothing else. */
  readonly isForFiles?: boolean
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
    /** From where a password is taken; undefined: from everywhere. */
    readonly passwordFrom?: Reach
    /** The folder that sshd keeps the account in, wherever it comes from, giving it sftp alone; undefined: it gets more. */
    readonly filesIn?: string
  }
  readonly sudo: { readonly root: boolean; readonly needsPassword: boolean }
  /** What makes it root without sudo. */
  readonly rootGroups: readonly RootGroup[]
}

export interface KeyFacts {
  readonly type: string
  readonly fingerprint: string
  /** It is the key of an authority: a certificate of its that bears one of these names is good. */
  readonly principals?: readonly string[]
  /** From where sshd takes the key. */
  readonly from: Reach
  readonly expires: string | undefined
  readonly command: boolean
  /** sshd gives whoever comes by it no terminal. */
  readonly noTerminal: boolean
  /** sshd takes the signature of a security key only with its PIN or a fingerprint. */
  readonly isVerified?: boolean
  /** Why this sshd will not take the key (type or size); undefined: it will. */
  readonly refused: string | undefined
}
