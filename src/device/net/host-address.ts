import { cidr, type Family, formatBits, lastOf, type Network, parseNetwork } from './address.ts'

/** The address of a host, with the network that it is in: `192.0.2.10/24`. */
export interface HostAddress {
  readonly family: Family
  readonly bits: bigint
  readonly length: number
  readonly network: Network
}

/** Reads `ADDRESS/LENGTH`, a length of 1 at least; undefined when it is not that. */
export function parseHostAddress(text: string): HostAddress | undefined {
  const [host = '', length = ''] = text.split('/')
  const address = parseNetwork(host)
  const network = /^[1-9]\d{0,2}$/.test(length) ? parseNetwork(text) : undefined
  if (address === undefined || network === undefined) return undefined
  return { family: address.family, bits: address.bits, length: Number(length), network }
}

/** Whether an address lies in the network of a host. */
export function isOnLink({ family, network }: HostAddress, other: Network): boolean {
  return family === other.family && (other.bits & network.mask) === (network.bits & network.mask)
}

/** What the address of a host must not be: `the address of the network 192.0.2.0/24 itself`; undefined: it is one for a host. */
export function notOfAHost({ family, bits, length, network }: HostAddress): string | undefined {
  const kind = specialKind({ family, bits, mask: network.mask })
  if (kind !== undefined) return kind
  // RFC 3021, RFC 6164: of a network of two both are hosts.
  if (length >= (family === 4 ? 31 : 127)) return undefined
  const itself = `the network ${cidr(network)}`
  if (bits === (network.bits & network.mask)) return `the address of ${itself} itself`
  return family === 4 && bits === lastOf(network) ? `the broadcast address of ${itself}` : undefined
}

/** What no host of a network has (IANA's special-purpose registries); undefined: it may be one's. */
export function specialKind({ family, bits }: Network): string | undefined {
  const found = SPECIAL[family].find(({ range }) => (bits & range.mask) === (range.bits & range.mask))
  return found?.kind
}

/** 169.254.0.0/16 and fe80::/10 are of one link alone: no router forwards them (RFC 3927, RFC 4291). */
export function isLinkLocal({ family, bits }: Pick<Network, 'family' | 'bits'>): boolean {
  const link = LINK_LOCAL[family]
  return (bits & link.mask) === (link.bits & link.mask)
}

/** An address without its length. */
export function hostText({ family, bits }: Pick<HostAddress, 'family' | 'bits'>): string {
  return formatBits(family, bits)
}

const known = (text: string) => parseNetwork(text) as Network
const special = (text: string, kind: string) => ({ range: known(text), kind })

const LINK_LOCAL = { 4: known('169.254.0.0/16'), 6: known('fe80::/10') } as const
const SPECIAL = {
  4: [
    special('0.0.0.0/8', 'an address of “this network”'),
    special('127.0.0.0/8', 'an address of the loopback'),
    special('224.0.0.0/4', 'a multicast address'),
    special('240.0.0.0/4', 'a reserved address'),
  ],
  6: [
    special('::/127', 'an address of the loopback, or none'),
    special('::ffff:0:0/96', 'an IPv4 address written as IPv6'),
    special('ff00::/8', 'a multicast address'),
  ],
} as const
