import type { Tree } from '../../storage/tree/tree.ts'
import { inForce, type Setting } from '../systemd/settings.ts'
import { configText } from './config-lines.ts'
import { type Listening, tcp, udp } from './daemon-listener.ts'
import { addressesOf, portOf } from './endpoint.ts'

const KINDS = { ListenStream: tcp, ListenDatagram: udp } as const

/**
 * What systemd itself listens on for a socket unit: a port alone, or an address and a port (systemd.socket(5)).
 *
 * @param settings of the unit
 * @param facts what is known of the daemon behind it
 */
export function socketListening(settings: readonly Setting[], facts: BehindSocket = {}): readonly Listening[] {
  return Object.entries(KINDS).flatMap(([key, make]) =>
    inForce(settings, 'Socket', key).flatMap(({ value, file, line }) => {
      const [, address = '', port] = /^(?:(\[[0-9a-fA-F:.]+\]|[0-9.]+):)?(\d{1,5})(?:%\w+)?$/.exec(value) ?? []
      return make({ file, line }, portOf(port), addressesOf([address]), facts)
    }),
  )
}

type BehindSocket = Pick<Listening, 'tls' | 'authentication'>

/** What is known of the daemon behind a socket unit. */
export function behindSocket(root: Tree, unit: string): BehindSocket {
  if (unit !== 'cockpit.socket') return {}
  // cockpit.conf(5): TLS with a certificate of its own, unless it says otherwise.
  const isPlain = /^\s*AllowUnencrypted\s*=\s*(true|1|yes)/im.test(configText(root, '/etc/cockpit/cockpit.conf'))
  return { tls: !isPlain, authentication: true }
}
