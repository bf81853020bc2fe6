import { readAccounts, withJoined } from '../../device/formats/accounts.ts'
import type { Inventory } from '../../device/inspect/inventory.ts'
import { withMembers } from '../../device/systemd/sysusers.ts'
import type { FinishedDevice } from '../access/finished-device.ts'
import { joinedAtFirstStart } from '../access/joined-groups.ts'
import { sshdServices } from '../access/sshd-services.ts'
import { packagesAskedFor } from './packages-asked-for.ts'

/** The device that an image is without a spec: nobody is meant to get in, so that everybody who does is seen. */
export function deviceAsItIs({ root, boot, release, packages }: Inventory, today: string): FinishedDevice {
  const device: FinishedDevice = {
    today,
    root,
    boot,
    release,
    accounts: withJoined(withMembers(root, readAccounts(root)), joinedAtFirstStart(root)),
    packages,
    requests: packagesAskedFor(root),
    unread: [],
    owners: new Map(),
    ssh: { enabled: false, port: 22 },
    authorities: new Set(),
    keepsAutologin: false,
  }
  const ports = sshdServices(device).flatMap((service) => service.ports)
  return { ...device, ssh: { enabled: ports.length > 0, port: ports[0] ?? 22 } }
}
