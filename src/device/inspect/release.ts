import { TargetError } from '../../base/errors.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { Release } from './inventory.ts'
import type { InstalledPackage } from './packages.ts'
import { exchanged, wherePartition } from './partition-hints.ts'

/** Systems built on Debian that look like Raspberry Pi OS and are not: what gives them away. */
const OTHERS = [
  ['/boot/dietpi', 'DietPi'],
  ['/boot/firmware/dietpi', 'DietPi'],
  ['/etc/armbian-release', 'Armbian'],
] as const

/** Any of these is installed in every image that is made with Raspberry Pi's archive. */
const RASPBERRY_PI_PACKAGES = ['raspberrypi-sys-mods', 'raspberrypi-archive-keyring', 'raspi-config', 'rpi-eeprom']

/** A system on Debian: its release, and what it calls itself where it is not Raspberry Pi OS. */
export interface System {
  readonly release: Release
  readonly other: string | undefined
}

/**
 * Which system on Debian the root is.
 *
 * @param options.allowOthers take another than Raspberry Pi OS too
 * @throws TargetError when it is something else, naming what
 */
export function systemOf(
  root: Tree,
  packages: ReadonlyMap<string, InstalledPackage>,
  { allowOthers }: { readonly allowOthers: boolean },
): System {
  if (root.read('/cmdline.txt') !== undefined && root.read('/etc/os-release') === undefined) {
    throw new TargetError(`${root.label} is a boot partition, not a root file system`, {
      hint: exchanged('root', root),
    })
  }
  const fields = osRelease(root)
  const id = fields.get('ID')
  const pretty = fields.get('PRETTY_NAME') ?? id ?? 'a system without a name'
  const refuse = (what: string, hint?: string) =>
    new TargetError(`${root.label} is ${what}, not Raspberry Pi OS`, hint === undefined ? {} : { hint })

  const other = OTHERS.find(([path]) => root.lstat(path) !== undefined)?.[1]
  const raspberry =
    root.lstat('/etc/rpi-issue') !== undefined || RASPBERRY_PI_PACKAGES.some((name) => packages.has(name))
  const isDebian = id === 'debian' || id === 'raspbian'
  const codename = fields.get('VERSION_CODENAME')
  const release = codename === 'bookworm' || codename === 'trixie' ? codename : undefined
  if (allowOthers && release !== undefined) {
    return { release, other: other ?? (isDebian && raspberry ? undefined : pretty) }
  }
  if (other !== undefined) throw refuse(other)
  if (!isDebian) throw refuse(pretty)
  if (!raspberry) throw refuse(pretty, 'neither /etc/rpi-issue nor a package of Raspberry Pi is there')
  if (release === undefined) {
    throw new TargetError(`${root.label} is Raspberry Pi OS on ${pretty}, which pibake does not know`, {
      hint: 'Bookworm (Debian 12) and Trixie (Debian 13) are supported',
    })
  }
  return { release, other: undefined }
}

/** The assignments of /etc/os-release (os-release(5)). */
function osRelease(root: Tree): ReadonlyMap<string, string> {
  const bytes = root.read('/etc/os-release') ?? root.read('/usr/lib/os-release')
  if (bytes === undefined) {
    throw new TargetError(`${root.label} is not a root file system: it has no /etc/os-release`, {
      hint: wherePartition('root', root),
    })
  }
  const fields = new Map<string, string>()
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    const [, key, quoted, plain] = /^([A-Z][A-Z0-9_]*)=(?:["'](.*)["']|(.*?))\s*$/.exec(line) ?? []
    if (key !== undefined) fields.set(key, quoted ?? plain ?? '')
  }
  return fields
}
