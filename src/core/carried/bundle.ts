import { visible } from '../../base/encode/visible.ts'
import type { LockedImage, LockedPackage } from './lock.ts'

/** Packages to be carried in an image: a flat apt repository, and the lock that it was made from. */
export interface Bundle {
  readonly lock: LockedImage
  /** Name of each .deb → its bytes, which are those that the lock says. */
  readonly debs: ReadonlyMap<string, Uint8Array>
  /** apt's index of them, `Packages`. */
  readonly index: Uint8Array
}

/** On the device: the carried packages, a flat apt repository. */
export const CARRIED = '/var/lib/pibake/packages'

/** On the device: the lock that the packages come from, so that a later run knows what is there. */
export const BUNDLE_LOCK = '/etc/pibake/first-boot/lock.json'

/** On the device: what each file of it has to be, in lines as sha256sum writes them; what the first start trusts. */
export const BUNDLE_LIST = '/etc/pibake/first-boot/bundle'

/** `1 package`, `17 packages` */
export function packagesText(count: number): string {
  return `${count} package${count === 1 ? '' : 's'}`
}

/** `38 KiB`, `2.8 MiB` */
export function sizeText(bytes: number): string {
  return bytes < 1 << 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / (1 << 20)).toFixed(1)} MiB`
}

/** Name, version, size and reason of a package that is carried. */
export function lockedPackageText({ name, version, architecture, size, because }: LockedPackage): string {
  return visible(`${name} ${version} ${architecture}  ${sizeText(size)}  ${because}`)
}

/** The packages that the image carries, or why it carries none though the spec wants it. */
export type Carried = Bundle | { readonly unknown: string } | undefined
