import { remembered } from '../../../base/remembered.ts'
import { type Admitted, admitted } from '../../../device/netfilter/admitted.ts'
import type { Gate } from '../facts.ts'
import type { Finding, Reader } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { type PacketFilter, packetFilters, type Unclear } from '../packet-filters.ts'

/** What the packet filters of the device let through to a port, and what of that cannot be told. */
interface Filtered extends Admitted {
  readonly filters: readonly PacketFilter[]
}

/** Whether a packet filter that cannot be evaluated may shut SSH. */
export const firewall: Reader = (device) => {
  if (!device.ssh.enabled) return []
  const { filters, reach, possible, doubts } = filtered(device)
  const rules = reach.length === 0 && possible.length > 0 ? doubts : []
  return [
    ...filters.flatMap(({ unclear }) => unclear).map(unproved),
    ...rules.map(({ file, line, text }) =>
      unproved({ file, line, because: `it hangs on this rule whether anybody reaches SSH: ${text}` }),
    ),
  ]
}

/** From where a connection gets through the packet filters; where that is in doubt, from where it may. */
export function firewallGate(device: FinishedDevice): Gate {
  const { filters, reach, possible } = filtered(device)
  const [refused] = filters.flatMap((filter) => filter.refused)
  const nobody = `the firewall lets nobody reach port ${device.ssh.port}`
  return {
    code: 'ACC006',
    reach: reach.length > 0 ? reach : possible,
    because:
      refused === undefined ? nobody : `${nobody}: the rules of this file are not loaded, for ${refused.because}`,
    at: refused,
  }
}

/** Whether the packet filters let no connection through to a port, and nothing about that is in doubt. */
export function isKeptOut(device: FinishedDevice, port: number): boolean {
  const { filters, possible } = filteredTo(device, port, 'tcp')
  return possible.length === 0 && filters.every(({ unclear }) => unclear.length === 0)
}

const filtersOf = remembered(packetFilters)

/** From where a port is reached through the packet filters, and what cannot be told of that. */
export const filteredTo = remembered((device: FinishedDevice, port: number, protocol: 'tcp' | 'udp'): Filtered => {
  const filters = filtersOf(device)
  const hooked = filters.flatMap((filter) => filter.hooked)
  return { filters, ...admitted(hooked, port, protocol) }
})

function filtered(device: FinishedDevice): Filtered {
  return filteredTo(device, device.ssh.port, 'tcp')
}

function unproved({ file, line, because }: Unclear): Finding {
  return {
    answer: 'unproved',
    way: 'ssh',
    user: undefined,
    code: 'ACC054',
    at: { file, line },
    because,
    settle: 'take it out, or look at the rules that the kernel has (iptables -S, nft list ruleset)',
  }
}
