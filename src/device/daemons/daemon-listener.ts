import type { Tree } from '../../storage/tree/tree.ts'
import type { Release } from '../inspect/inventory.ts'

/** A line of a configuration, or a file of which no line says it. */
export interface ConfigPlace {
  readonly file: string
  /** From 1. */
  readonly line: number | undefined
}

/** A socket that a daemon opens, by its configuration. */
export interface Listening {
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  /** `all`, or the addresses (or interfaces) that it is bound to. */
  readonly addresses: 'all' | readonly string[]
  readonly at: ConfigPlace
  /** Undefined: the files do not say it. */
  readonly tls?: boolean | undefined
  /** False: it does for whoever comes what only some should be able to ask of it. Undefined: the files do not say it, or it is for everybody. */
  readonly authentication?: boolean | undefined
  /** What reaches it is forwarded, so that rules about what comes in to the device are not asked (docker's published ports). */
  readonly isForwarded?: true
}

/** Something by which it listens that cannot be judged. */
interface Untold {
  /** A clause without a full stop. */
  readonly untold: string
  readonly at: ConfigPlace
}

export type Prediction = Listening | Untold

/** A daemon that is started, as its reader is asked about it. */
export interface StartedDaemon {
  readonly root: Tree
  readonly release: Release
  /** `wg-quick@wg0.service`; of a SysV script `NAME.service`. */
  readonly unit: string
  /** What is behind the `@` of its name. */
  readonly instance: string
  /** The unit's file, or the script. */
  readonly file: string
  /** The words of its command, with its variables put in. */
  readonly words: readonly string[]
  /** `User=`. */
  readonly user: string | undefined
}

/** What a daemon listens on by the files of the device; what they leave out is as Debian's package has it. */
export type DaemonReader = (daemon: StartedDaemon) => readonly Prediction[]

/** By the name of the unit without its type; of a template with the `@`. */
export type DaemonReaders = Readonly<Record<string, DaemonReader>>

type More = Pick<Listening, 'tls' | 'authentication' | 'isForwarded'>

/** A socket of TCP; none where the port is none (0, a name, undefined). */
export function tcp(at: ConfigPlace, port: number | undefined, addresses: Listening['addresses'], more: More = {}) {
  return socketOf('tcp', at, port, addresses, more)
}

/** A socket of UDP; none where the port is none. */
export function udp(at: ConfigPlace, port: number | undefined, addresses: Listening['addresses'], more: More = {}) {
  return socketOf('udp', at, port, addresses, more)
}

function socketOf(
  protocol: Listening['protocol'],
  at: ConfigPlace,
  port: number | undefined,
  addresses: Listening['addresses'],
  more: More,
): readonly Listening[] {
  if (port === undefined || !Number.isInteger(port) || port < 1 || port > 65535 || addresses.length === 0) return []
  return [{ protocol, port, addresses, at, ...more }]
}
