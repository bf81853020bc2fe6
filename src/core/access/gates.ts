import { connectionsGate } from './device-addresses.ts'
import type { Gate } from './facts.ts'
import type { FinishedDevice } from './finished-device.ts'
import { answeredGate, ipv6Gates } from './listening.ts'
import { firewallGate } from './readers/firewall.ts'
import { hostsGate } from './readers/hosts-access.ts'

/** What a connection from the network has to pass before sshd looks at it. */
export function gatesOf(device: FinishedDevice): Gate[] {
  return [answeredGate(device), ...ipv6Gates(device), firewallGate(device), hostsGate(device), connectionsGate(device)]
}
