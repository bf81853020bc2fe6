import type { FinishedDevice } from './finished-device.ts'
import { startOf } from './start.ts'

/** What configures interfaces; dhcpcd and ifupdown on older devices. */
const MANAGERS = [
  'NetworkManager',
  'systemd-networkd',
  'networking',
  'dhcpcd',
  'connman',
  'wicked',
  'netplan-configure',
  'ifup@eth0',
]

/** The programs that the device starts to bring the network up. */
export function networkManagers(device: FinishedDevice): readonly string[] {
  const { started } = startOf(device)
  return MANAGERS.filter((name) => started.has(`${name}.service`))
}

/** Whether the kernel sets the network up by itself (`ip=`, Documentation/admin-guide/nfs/nfsroot.rst). */
export function isKernelNetwork(device: FinishedDevice): boolean {
  return startOf(device).around.arguments.some(({ name }) => name === 'ip')
}

/** Whether nothing brings the network up, now or after the first start. */
export function isOffline(device: FinishedDevice): boolean {
  const isComing = device.requests.some(
    ({ name, action }) => action === 'install' && /^(network-manager|ifupdown|dhcpcd.*)$/.test(name),
  )
  return networkManagers(device).length === 0 && !isComing && !isKernelNetwork(device)
}
