import { type Mount as MountLine, readFstab } from '../../device/formats/fstab.ts'
import { plainPath } from '../../device/formats/plain-path.ts'
import { mangledName } from '../../device/systemd/unit-name.ts'
import { lastOf } from '../../device/systemd/units.ts'
import type { FinishedDevice } from './finished-device.ts'
import { startOf } from './start.ts'

/** Something that the device mounts when it starts, or when somebody first looks. */
export interface Mount extends MountLine {
  /** That it cannot be mounted ends the start in emergency mode (systemd.mount(5), nofail). */
  readonly isNeeded: boolean
}

const OVER_NETWORK = /^(nfs4?|cifs|smb3?|sshfs|fuse\.sshfs|ceph|glusterfs|9p|davfs|afs|ncpfs|ocfs2)$/

/**
 * All of fstab but swap and what is mounted by hand, and the units of mounts that are started. What is at an owner's home
 * or above it is never mounted by hand only: the session of a log-in asks for it (logind, RequiresMountsFor=; seen on
 * devices of both releases: the second log-in finds no keys).
 */
export function mountsOf(device: FinishedDevice): readonly Mount[] {
  return [...ofFstab(device), ...ofUnits(device)].flatMap((mount) => {
    const directory = plainPath(mount.directory)
    return directory === undefined ? [] : [{ ...mount, directory }]
  })
}

function ofFstab(device: FinishedDevice): Mount[] {
  const homes = homesOf(device)
  return readFstab(device.root).flatMap((line) => {
    const { type, options } = line
    const has = (option: string) => options.includes(option)
    const isByHand = has('noauto') && !has('x-systemd.automount') && !homes.has(line.directory)
    if (type === 'swap' || isByHand) return []
    const may = ['nofail', 'noauto', '_netdev', 'x-systemd.automount']
    return [{ ...line, isNeeded: !may.some(has) && !OVER_NETWORK.test(type) }]
  })
}

function ofUnits(device: FinishedDevice): Mount[] {
  const { started, units } = startOf(device)
  const byLogin = [...homesOf(device)].map((path) => units.unit(mangledName(path)))
  return [...new Set([...[...started.values()].map(({ unit }) => unit), ...byLogin])].flatMap((unit) => {
    const where = lastOf(unit, 'Mount', 'Where')
    if (unit.state !== 'loaded' || where === undefined) return []
    const value = (key: string) => lastOf(unit, 'Mount', key)?.value ?? ''
    const at = { file: where.file, line: where.line }
    const options = value('Options').split(',')
    return [
      { source: value('What'), directory: where.value, type: value('Type') || 'auto', options, at, isNeeded: false },
    ]
  })
}

/** The homes of the owners, and every folder above them. */
function homesOf({ accounts, owners }: FinishedDevice): ReadonlySet<string> {
  const homes = accounts.passwd.filter(({ name }) => owners.has(name)).map(({ home }) => home.split('/').slice(1))
  return new Set(homes.flatMap((parts) => parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)))
}
