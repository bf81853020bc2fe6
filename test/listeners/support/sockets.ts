import type { OpenSocket } from '../../../src/core/audit/open-sockets.ts'
import { isLoopbackOnly } from '../../../src/device/daemons/endpoint.ts'

/** A port, and whether only the device itself reaches it: `80/tcp`, `631/tcp loopback`. */
export type SocketText = string

interface Seen {
  readonly protocol: string
  readonly address: string
  readonly port: number
  readonly program: string
}

/** The lines of `ss -Hltunp`. */
export function readSs(text: string): readonly Seen[] {
  return text.split('\n').flatMap((line) => {
    const [protocol = '', , , , local = '', , ...users] = line.trim().split(/\s+/)
    const [, address = '', port = ''] = /^(.*):(\d+)$/.exec(local) ?? []
    if (!/^(tcp|udp)$/.test(protocol) || port === '') return []
    const program = /\(\("([^"]+)"/.exec(users.join(' '))?.[1] ?? ''
    return [
      { protocol, address: address.replace(/%[\w.-]+$/, '').replace(/^\[(.*)\]$/, '$1'), port: Number(port), program },
    ]
  })
}

/** Where the kernel takes ports from that a program does not name (ip_local_port_range). */
const EPHEMERAL = [32768, 60999] as const

/** What of the sockets that were seen can be foreseen: sshd is read elsewhere, and ports that the kernel picks by chance cannot. */
export function foreseeable(seen: readonly Seen[], predicted: ReadonlySet<SocketText>): readonly Seen[] {
  const named = new Set([...predicted].map((text) => text.split(' ')[0]))
  return seen.filter(({ port, protocol, program }) => {
    const isByChance = port >= EPHEMERAL[0] && port <= EPHEMERAL[1] && !named.has(`${port}/${protocol}`)
    return !isByChance && program !== 'sshd'
  })
}

/** Sockets that were seen, each port once. */
export function seenTexts(seen: readonly Seen[]): ReadonlySet<SocketText> {
  return texts(seen.map((one) => ({ ...one, isLocal: isLoopbackOnly({ addresses: [one.address] }) })))
}

/** Sockets that were predicted, each port once. */
export function predictedTexts(sockets: readonly OpenSocket[]): ReadonlySet<SocketText> {
  const listening = sockets.flatMap(({ prediction }) => ('untold' in prediction ? [] : [prediction]))
  return texts(listening.map((one) => ({ ...one, isLocal: isLoopbackOnly(one) })))
}

function texts(
  sockets: readonly { readonly protocol: string; readonly port: number; readonly isLocal: boolean }[],
): ReadonlySet<SocketText> {
  const ports = new Map<string, boolean>()
  for (const { protocol, port, isLocal } of sockets) {
    const key = `${port}/${protocol}`
    ports.set(key, (ports.get(key) ?? true) && isLocal)
  }
  return new Set([...ports].map(([key, isLocal]) => (isLocal ? `${key} loopback` : key)).sort())
}

/** What one of two sets has more than the other. */
export function more(a: ReadonlySet<SocketText>, b: ReadonlySet<SocketText>): readonly SocketText[] {
  return [...a].filter((one) => !b.has(one))
}
