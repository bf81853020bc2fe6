import { BlockList, isIP } from 'node:net'

/** Which family a text is an address of: 4, 6, or 0 when it is none. */
export { isIP }

/**
 * Whether an address lies in a network. An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) is of the family IPv6 and
 * lies in no network of IPv4.
 *
 * @param length how many bits of the network count: at most 32 for IPv4, 128 for IPv6
 * @returns false also when they are of two families, or one of them is not an address
 */
export function isInNetwork(address: string, network: string, length: number): boolean {
  const version = isIP(network)
  if (version === 0 || isIP(address) !== version) return false
  const family = version === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(unscoped(network), length, family)
  return list.check(unscoped(address), family)
}

/** Without its zone (RFC 4007), with which BlockList takes long addresses for none, or throws (Node 20 and 22). */
function unscoped(address: string): string {
  return address.replace(/%.*$/s, '')
}
