import type { PasswdEntry } from '../../device/formats/accounts.ts'
import { groupsOf } from '../../device/sshd/allow-deny.ts'
import type { FinishedDevice } from './finished-device.ts'

/** A group whose members become root, or read what makes them root. */
export interface RootGroup {
  readonly name: string
  /** What a member does: goes on after `which`. */
  readonly does: string
}

/** `by`: the packages whose daemon listens to the group. */
const GROUPS: readonly (RootGroup & { readonly by?: readonly string[] })[] = [
  { name: 'root', does: 'owns the files of root together with it' },
  { name: 'disk', does: 'reads and writes the card below its file system' },
  { name: 'kmem', does: 'reads the memory of the kernel' },
  { name: 'shadow', does: 'reads the hashes of all passwords' },
  {
    name: 'docker',
    does: 'starts containers in which it is root of the device',
    by: ['docker.io', 'docker-ce', 'moby-engine', 'podman-docker'],
  },
  { name: 'lxd', does: 'starts containers in which it is root of the device', by: ['lxd', 'snapd'] },
  { name: 'incus', does: 'starts containers', by: ['incus'] },
  { name: 'incus-admin', does: 'starts containers in which it is root of the device', by: ['incus'] },
  { name: 'libvirt', does: 'starts machines with the disks of the device', by: ['libvirt-daemon-system'] },
]

/** The groups that make an account root, with or without sudo. */
export function rootGroupsOf(
  device: Pick<FinishedDevice, 'accounts' | 'packages' | 'requests'>,
  user: PasswdEntry,
): readonly RootGroup[] {
  const names = groupsOf(device.accounts, user)
  return GROUPS.filter(({ name, by }) => names.includes(name) && (by === undefined || isThere(device, by))).map(
    ({ name, does }) => ({ name, does }),
  )
}

/** Installed, or to be installed at the first start. */
function isThere({ packages, requests }: Pick<FinishedDevice, 'packages' | 'requests'>, names: readonly string[]) {
  const wanted = (action: 'install' | 'remove') =>
    requests.filter((one) => one.action === action).map(({ name }) => name)
  return names.some(
    (name) => (packages.has(name) || wanted('install').includes(name)) && !wanted('remove').includes(name),
  )
}
