import { type Family, isPrefix, parseNetwork } from '../../device/net/address.ts'
import { notOfAHost, parseHostAddress, specialKind } from '../../device/net/host-address.ts'
import { checked, type Fault, shaped } from './values.ts'

const NAMES = { 4: 'IPv4', 6: 'IPv6' } as const
const EXAMPLES = { 4: '192.168.1.10', 6: 'fd00:1::10' } as const
const LENGTHS = { 4: 24, 6: 64 } as const

/** The address of a host with the length of its network, of one family. */
export const hostAddress = (family: Family, description: string) =>
  checked((text) => {
    const address = parseHostAddress(text)
    const hint = `e.g. ${EXAMPLES[family]}/${LENGTHS[family]}`
    if (address?.family === family) {
      const other = notOfAHost(address)
      return other === undefined ? undefined : fault(`is ${other}, and not one for a host`)
    }
    const bare = parseNetwork(text.split('/')[0] ?? '')
    if (bare === undefined) return fault(`is not an ${NAMES[family]} address with a length`, hint)
    if (bare.family !== family) return fault(`is not an ${NAMES[family]} address`, `write it below ipv${bare.family}`)
    return fault(
      `needs the length of its network, 1 to ${family === 4 ? 32 : 128}`,
      `e.g. ${text.split('/')[0]}/${LENGTHS[family]}`,
    )
  }, description)

/** The address of a host of one family: a router, a name server. */
export const plainAddress = (family: Family, description: string) =>
  checked((text) => {
    const address = text.includes('/') ? undefined : parseNetwork(text)
    if (address === undefined) return fault(`is not an ${NAMES[family]} address`, `e.g. ${EXAMPLES[family]}`)
    if (address.family !== family)
      return fault(`is not an ${NAMES[family]} address`, `write it below ipv${address.family}`)
    const kind = specialKind(address)
    // A name server may be the device's own.
    return kind === undefined || kind.includes('loopback') ? undefined : fault(`is ${kind}`)
  }, description)

/** A network of one family, without host bits. */
export const destination = (family: Family, description: string) =>
  checked((text) => {
    const network = text.includes('/') ? parseNetwork(text) : undefined
    const hint = family === 4 ? 'e.g. 10.0.0.0/8' : 'e.g. fd00:2::/32'
    if (network === undefined || !isPrefix(network) || /\/.*\./.test(text)) {
      return fault(`is not an ${NAMES[family]} network`, hint)
    }
    if (network.family !== family)
      return fault(`is not an ${NAMES[family]} network`, `write it below ipv${network.family}`)
    if (network.mask === 0n) return fault('is everything there is, for which there is a key', 'gateway')
    // The address before the slash, for of a network the bits beyond the length are not kept.
    const host = parseNetwork(text.split('/')[0] ?? '')
    return host !== undefined && (host.bits & network.mask) === host.bits
      ? undefined
      : fault('has bits beyond its length', 'write the first address of the network')
  }, description)

function fault(predicate: string, hint?: string): Fault {
  return { code: 'NET014', predicate, ...(hint === undefined ? {} : { hint }) }
}

/** As the kernel takes it (dev_valid_name()): at most 15 bytes, and here no more than letters, digits, `.`, `_`, `-`. */
export const interfaceName = (description: string) =>
  shaped(
    /^(?!lo$|all$|default$)[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/,
    { code: 'NET018', predicate: 'is not the name of an interface', hint: 'at most 15 characters, e.g. eth0, wlan0' },
    description,
  )

/** The hardware address of one interface: not the broadcast's or a group's, and not zero. */
export const mac = (description: string) =>
  shaped(
    /^(?!00:00:00:00:00:00)[0-9A-Fa-f][02468ACEace](?::[0-9A-Fa-f]{2}){5}$/,
    {
      code: 'NET019',
      predicate: 'is not the hardware address of an interface',
      hint: 'six pairs of hex digits, e.g. "dc:a6:32:01:02:03", as ip link prints them',
    },
    description,
  )
