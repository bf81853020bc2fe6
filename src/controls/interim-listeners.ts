import { unitNames } from '../formats/unit-files.ts'
import type { FileOperation, RemoveOperation } from '../plan/operation.ts'
import { Traced } from '../render/render.ts'
import type { Context, Contribution, Control } from './control.ts'
import { absent, rootFile } from './root-file.ts'

/** What listens to the network in images of Raspberry Pi OS, sshd aside (pi-gen's package lists, Lite to Full). */
const LISTENERS = [
  'avahi-daemon.service',
  'avahi-daemon.socket',
  'cups-browsed.service',
  'cups.service',
  'cups.socket',
  'rpcbind.service',
  'rpcbind.socket',
  'wayvnc.service',
  'vncserver-x11-serviced.service',
]

/**
 * An image without nft has no packet filter before ufw is installed: until then nothing but sshd may listen. The other
 * listeners get a condition that holds once ufw is there; from the next start on ufw is up before the network is.
 */
export const interimListeners: Control = { name: 'interim-listeners', compile }

function compile({ spec, inventory, because }: Context): Contribution {
  const origin = because(['firewall', 'enabled'], 'nothing is open before ufw is up')
  const unguarded = spec.firewall.enabled && inventory.root.read('/usr/sbin/nft') === undefined
  const present = new Set(unitNames(inventory.root))
  return {
    operations: LISTENERS.flatMap((unit): (FileOperation | RemoveOperation)[] => {
      const path = `/etc/systemd/system/${unit}.d/pibake-until-ufw.conf`
      if (!unguarded || !present.has(unit)) return inventory.root.lstat(path) ? [absent(path, origin)] : []
      const template = '/etc/systemd/system/LISTENER.d/pibake-until-ufw.conf'
      return [rootFile(path, { unit: new Traced(unit, origin) }, origin, { template })]
    }),
  }
}
