import type { Client } from './site.ts'

/** What a real device did: who got in, by what, from where, and who became root. */
export interface Truth {
  /** What systemd said of itself in the end, or why it never said anything. */
  readonly state: string
  /** From where the owner's key opened a shell, and whether the other user's did from the LAN. */
  readonly key: { readonly alice: readonly Client[]; readonly bob: boolean }
  /** What sudo wanted of the owner who had logged in; `asIs`: without a terminal, as `ssh HOST sudo` does it. */
  readonly sudo: { readonly tty: Sudo; readonly asIs: Sudo }
  /** By what bob, who is to have no way up, became root. */
  readonly up: readonly string[]
  /** Whether the owner's password opened the console. */
  readonly console: boolean
  /** Everything by which somebody got in, or up, who is not to: `root password lan`, `mallory at the console` … */
  readonly others: readonly string[]
  /** Of what pibake had written: see `Claim`. */
  readonly written: string
}

export type Sudo = 'free' | 'password' | 'no' | 'not in'
