import type { Listening } from './daemon-listener.ts'

type Addresses = Listening['addresses']

const ALL = /^(|\*|0\.0\.0\.0|::|\[::\]|any|all|\+|-::\*|-::)$/i
const LOOPBACK = /^\[?(127(\.\d+){1,3}|::1|::ffff:127(\.\d+){3}|localhost\d?|ip6-localhost|ip6-loopback|lo)\]?$/i

/** `all` where one of the texts means every address of a family. */
export function addressesOf(texts: readonly string[]): Addresses {
  return texts.some((text) => ALL.test(text)) ? 'all' : texts.map((text) => text.replace(/^\[(.*)\]$/, '$1'))
}

/** Whether only programs of the device itself reach a socket. */
export function isLoopbackOnly({ addresses }: Pick<Listening, 'addresses'>): boolean {
  return addresses !== 'all' && addresses.every((address) => LOOPBACK.test(address))
}

interface Endpoint {
  readonly addresses: Addresses
  readonly port: number | undefined
}

/** Reads `8080`, `:8080`, `*:8080`, `192.0.2.1:8080`, `[::1]:8080`, `name:8080`, and each without the port. */
export function endpointOf(text: string): Endpoint {
  const trimmed = text.trim()
  if (/^\d+$/.test(trimmed)) return { addresses: 'all', port: portOf(trimmed) }
  const [, host = trimmed, port] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(trimmed) ?? []
  return { addresses: addressesOf([host]), port: portOf(port) }
}

/** A number that can be a port; undefined: it is not one. */
export function portOf(text: string | undefined): number | undefined {
  const port = /^\s*\d{1,5}\s*$/.test(text ?? '') ? Number(text) : 0
  return port > 0 && port < 65536 ? port : undefined
}
