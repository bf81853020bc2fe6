import type { Tree } from '../../storage/tree/tree.ts'

export interface InstalledPackage {
  readonly version: string
  readonly architecture: string
  readonly essential: boolean
  /** Pre-Depends and Depends, as they stand (deb-control(5)). */
  readonly depends: string
  readonly provides: string
}

const FIELD = /^(Package|Version|Status|Architecture|Essential|Protected|Pre-Depends|Depends|Provides): *(.*)$/gm

/**
 * The installed packages of /var/lib/dpkg/status (deb-control(5)); empty when there is none. Of the three words of
 * Status the third says what is there, the first only what is wanted: `hold ok installed`, `purge ok installed`.
 */
export function readPackages(root: Tree): ReadonlyMap<string, InstalledPackage> {
  const packages = new Map<string, InstalledPackage>()
  const status = new TextDecoder().decode(root.read('/var/lib/dpkg/status') ?? new Uint8Array())
  for (const paragraph of status.split(/\n{2,}/)) {
    const fields = new Map(Array.from(paragraph.matchAll(FIELD), ([, name, value]) => [name, value]))
    const field = (name: string) => fields.get(name)
    const name = field('Package')
    const version = field('Version')
    if (name === undefined || version === undefined || field('Status')?.split(' ')[2] !== 'installed') continue
    packages.set(name, {
      version,
      architecture: field('Architecture') ?? '',
      essential: field('Essential') === 'yes' || field('Protected') === 'yes',
      depends: [field('Pre-Depends'), field('Depends')].filter((text) => text !== undefined).join(', '),
      provides: field('Provides') ?? '',
    })
  }
  return packages
}
