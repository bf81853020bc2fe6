import { type Network, parseNetwork } from '../../device/net/address.ts'
import { hostText } from '../../device/net/host-address.ts'
import { type NetworkSet, networkSet, union } from '../../device/net/network-set.ts'
import { ANY_INTERFACE, FROM_EVERYWHERE, type Reach, reachOf, spelled } from '../../device/net/reach.ts'
import { type Addressing, type Profile, profiles } from '../../device/network-manager/profiles.ts'
import type { Gate } from './facts.ts'
import type { FinishedDevice } from './finished-device.ts'
import { isKernelNetwork, networkManagers } from './network-managers.ts'

/** The addresses of the device, where the profiles of NetworkManager alone give them. */
interface Connections {
  readonly profiles: readonly Profile[]
  /** Whether something may give it others: DHCP, another program, a port without a profile. */
  readonly isOpen: { readonly ipv4: boolean; readonly ipv6: boolean }
}

function connectionsOf(device: FinishedDevice): Connections {
  const { root } = device
  const found = profiles(root)
  const isElse =
    networkManagers(device).some((name) => name !== 'NetworkManager') ||
    isKernelNetwork(device) ||
    !found.some(isOfCable) ||
    found.some(({ type }) => !['ethernet', 'wifi', 'loopback'].includes(type)) ||
    hasNetplan(device)
  const isGiven = (key: 'ipv4' | 'ipv6') => found.some((profile) => !isWritten(profile[key]))
  return { profiles: found, isOpen: { ipv4: isElse || isGiven('ipv4'), ipv6: isElse || isGiven('ipv6') } }
}

/** Ethernet of the board goes by this profile; without one NetworkManager asks by DHCP there (NetworkManager.conf(5), no-auto-default). */
function isOfCable({ type, interface: name }: Profile): boolean {
  return type === 'ethernet' && (name === undefined || name === 'eth0' || name === 'end0')
}

function isWritten({ method }: Addressing): boolean {
  return method === 'manual' || method === 'disabled'
}

/** netplan makes profiles of its own at a start (netplan(5)). */
function hasNetplan({ root }: FinishedDevice): boolean {
  return ['/etc/netplan', '/usr/lib/netplan', '/lib/netplan'].some((folder) =>
    root.list(folder).some((name) => {
      const bytes = root.read(root.resolve(`${folder}/${name}`))
      return bytes !== undefined && /^\s+[\w-]+s:/m.test(new TextDecoder().decode(bytes))
    }),
  )
}

/** The addresses that profiles give the device for good, as they are typed: those of Ethernet first. */
export function staticAddresses(device: FinishedDevice): readonly string[] {
  if (!networkManagers(device).includes('NetworkManager')) return []
  const found = profiles(device.root)
  const of = (kind: string) => found.filter(({ type }) => type === kind)
  const addresses = [...of('ethernet'), ...of('wifi')].flatMap(({ ipv4, ipv6 }) =>
    [ipv4, ipv6].flatMap(({ method, addresses }) => (method === 'manual' ? addresses.map(hostText) : [])),
  )
  return [...new Set(addresses)]
}

/** To whom the device has a way back: with addresses that are written down, and no gateway, to their networks alone. */
export function connectionsGate(device: FinishedDevice): Gate {
  const { profiles: found, isOpen } = connectionsOf(device)
  const reach = device.ssh.enabled && !(isOpen.ipv4 && isOpen.ipv6) ? reachOfProfiles(found, isOpen) : FROM_EVERYWHERE
  const networks = reach.flatMap((part) => spelled(part).from)
  const because =
    networks.length === 0
      ? 'no connection of the device has an address'
      : `whoever may come is not in a network that the device reaches: ${networks.join(', ')}, without a gateway`
  const [first] = found
  return { code: 'ACC041', reach, because, at: first && { file: first.file, line: undefined } }
}

function reachOfProfiles(found: readonly Profile[], isOpen: Connections['isOpen']): Reach {
  const all = (family: 'ipv4' | 'ipv6') => networkSet([known(family === 'ipv4' ? '0.0.0.0/0' : '::/0')])
  const sets = (['ipv4', 'ipv6'] as const).flatMap((family): readonly NetworkSet[] =>
    isOpen[family]
      ? [all(family)]
      : found.flatMap((profile) => {
          const { method, addresses, hasGateway, routes } = profile[family]
          if (method === 'disabled') return []
          if (hasGateway) return [all(family)]
          const link = family === 'ipv6' ? [known('fe80::/10')] : []
          return [networkSet([...addresses.map(({ network }) => network), ...routes, ...link])]
        }),
  )
  return reachOf([{ networks: sets.reduce(union, []), through: ANY_INTERFACE }])
}

function known(text: string): Network {
  return parseNetwork(text) as Network
}

/**
 * Why nobody reaches sshd at the addresses that it listens on; undefined: one of them is the device's, or may be.
 *
 * @param listen single addresses, as `ListenAddress` has them
 */
export function notOfTheDevice(device: FinishedDevice, listen: readonly string[]): string | undefined {
  const { profiles: found, isOpen } = connectionsOf(device)
  const own = found.flatMap(({ ipv4, ipv6 }) => [...ipv4.addresses, ...ipv6.addresses])
  const isStrange = (text: string) => {
    const address = parseNetwork(text.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1'))
    if (address === undefined || isOpen[address.family === 4 ? 'ipv4' : 'ipv6']) return false
    const isLink = address.family === 6 && address.bits >> 118n === 0x3fan
    return !isLink && !own.some(({ family, bits }) => family === address.family && bits === address.bits)
  }
  if (listen.length === 0 || !listen.every(isStrange)) return undefined
  const addresses = own.length === 0 ? 'none' : own.map(hostText).join(', ')
  return `sshd listens on ${listen.join(', ')} alone, and the addresses of the device are: ${addresses}`
}
