import type { SpecPath } from '../../base/report/report.ts'
import type { Spec, WifiNetwork, Wired } from './spec.ts'

/** A connection of a spec: its place, and what both kinds have. */
export interface Connection {
  readonly kind: 'wired' | 'wifi'
  readonly path: SpecPath
  /** As messages call it. */
  readonly name: string
  readonly own: Wired | WifiNetwork
}

/** Every connection of a spec, those by cable first. */
export function connectionsOf({ network }: Pick<Spec, 'network'>): readonly Connection[] {
  return [
    ...network.wired.map((own, i): Connection => {
      return { kind: 'wired', path: ['network', 'wired', i], name: `network.wired[${i}]`, own }
    }),
    ...(network.wifi?.networks ?? []).map((own, i): Connection => {
      return { kind: 'wifi', path: ['network', 'wifi', 'networks', i], name: `the network '${own.ssid}'`, own }
    }),
  ]
}

export type Ip = Wired['ipv4']

/** What a connection says of each family. */
export function familiesOf({ own }: Connection): readonly (readonly [key: 'ipv4' | 'ipv6', ip: Ip])[] {
  return [
    ['ipv4', own.ipv4],
    ['ipv6', own.ipv6],
  ]
}
