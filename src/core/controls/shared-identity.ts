import type { Problem } from '../../base/report/report.ts'
import type { Inventory } from '../../device/inspect/inventory.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { Operation } from '../plan/operation.ts'
import type { Context, Contribution, Control } from './control.ts'
import { absent } from './root-file.ts'

/**
 * Files of an image by which every device made of it would be the same one: what programs make anew is taken away, of
 * the rest the owner hears. In a system that has been started they are its own, and stay.
 */
export const sharedIdentity: Control = { name: 'shared identity', compile }

interface Kept {
  readonly folder: string
  readonly name: RegExp
  /** A clause: what the file is. */
  readonly what: string
  /** Whoever has a copy can pass for the device, or its owner, somewhere else. */
  readonly isSecret?: true
}

/** Their programs make each of them again when it is missing. */
const MADE_AGAIN: readonly Kept[] = [
  // dbus's tmpfiles.d lays a link to /etc/machine-id.
  { folder: '/var/lib/dbus', name: /^machine-id$/, what: "D-Bus's own machine ID" },
  // systemd-creds(1)
  { folder: '/var/lib/systemd', name: /^credential\.secret$/, what: 'the key of encrypted credentials' },
  { folder: '/var/lib/systemd/home', name: /^local\.(private|public)$/, what: 'the key that signs homes' },
  {
    folder: '/var/lib/NetworkManager',
    name: /^(seen-bssids|timestamps|.+\.lease)$/,
    what: 'a state of NetworkManager',
  },
  { folder: '/var/lib/urandom', name: /^random-seed$/, what: 'a seed of random numbers' },
  // dhcpcd(8), dhclient(8)
  { folder: '/etc', name: /^dhcpcd\.(duid|secret)$/, what: 'the DHCP identity' },
  { folder: '/var/lib/dhcpcd', name: /^(duid|secret|.+\.lease6?)$/, what: 'the DHCP identity' },
  { folder: '/var/lib/dhcp', name: /\.leases$/, what: 'a DHCP lease' },
]

/** Programs do not make these again, or the owner may have meant them. */
const SHARED: readonly Kept[] = [
  {
    folder: '/etc/ssl/private',
    name: /^ssl-cert-snakeoil\.key$/,
    what: "the key of ssl-cert's certificate",
    isSecret: true,
  },
  { folder: '/etc/iscsi', name: /^initiatorname\.iscsi$/, what: 'the name of the iSCSI initiator' },
  { folder: '/etc/nvme', name: /^host(id|nqn)$/, what: "the host's ID for NVMe" },
  { folder: '/etc/wireguard', name: /\.conf$/, what: 'a key of WireGuard', isSecret: true },
  { folder: '/etc/openvpn/client', name: /\.(key|ovpn|conf)$/, what: 'a key of OpenVPN', isSecret: true },
  { folder: '/root/.ssh', name: /^id_\w+$/, what: 'a private SSH key', isSecret: true },
]

function compile({ inventory, because }: Context): Contribution {
  if (inventory.bootedSigns.length > 0) return {}
  const { root } = inventory
  const origin = because([], 'each device makes its own')
  return {
    operations: MADE_AGAIN.flatMap((one) => found(root, one)).map((path): Operation => absent(path, origin)),
    problems: sharedFiles(inventory).map(({ path, what }) => warning(path, what)),
  }
}

/** Files that nothing makes again, and what each of them is. */
export function sharedFiles({ root, accounts }: Pick<Inventory, 'root' | 'accounts'>): readonly {
  readonly path: string
  readonly what: string
  readonly isSecret: boolean
}[] {
  const homes = accounts.passwd.filter(({ home }) => home.startsWith('/home/'))
  const keys = homes.map(({ home }) => ({ ...(SHARED.at(-1) as Kept), folder: `${home}/.ssh` }))
  return [...SHARED, ...keys].flatMap((one) =>
    found(root, one).map((path) => ({ path, what: one.what, isSecret: one.isSecret === true })),
  )
}

/** Regular files with something in them: a link leads to the real one, an empty file is no identity yet. */
function found(root: Tree, { folder, name }: Kept): readonly string[] {
  return root
    .list(folder)
    .filter((entry) => name.test(entry))
    .map((entry) => `${folder}/${entry}`)
    .filter((path) => {
      const entry = root.lstat(path)
      return entry?.kind === 'file' && entry.size > 0
    })
}

function warning(path: string, what: string): Problem {
  return {
    severity: 'warning',
    code: 'IMG001',
    path: [],
    message: `${path} of the image, ${what}, is the same on every device made of it`,
    hint: 'take it out of an image for more than one device, and let each device make or fetch its own',
  }
}
