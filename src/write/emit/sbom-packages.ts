import { bytewise } from '../../base/order.ts'
import type { LockedImage } from '../../core/carried/lock.ts'
import { paragraphs } from '../../device/formats/deb822.ts'
import type { Tree } from '../../storage/tree/tree.ts'

/** A package of the device as it is after its first start. */
export interface SbomPackage {
  readonly name: string
  readonly version: string
  readonly architecture: string
  /** Who maintains it, as it says itself; undefined: it does not say. */
  readonly maintainer: string | undefined
  /** The source package that it is built from: what Debian's security data speaks of. */
  readonly source: { readonly name: string; readonly version: string }
  /** SHA-256 of its .deb, where the image carries it. */
  readonly sha256: string | undefined
  /** `image`: it is installed; `carried`: the first start installs it, or upgrades to it. */
  readonly from: 'image' | 'carried'
}

/**
 * The packages of an image by its dpkg database (/var/lib/dpkg/status), with those that it carries in the place of older
 * ones; sorted by name and architecture.
 *
 * @param removed names of packages that the first start takes away
 */
export function sbomPackages(root: Tree, lock: LockedImage | undefined, removed: readonly string[]): SbomPackage[] {
  const found = new Map<string, SbomPackage>()
  const status = new TextDecoder().decode(root.read('/var/lib/dpkg/status') ?? new Uint8Array())
  for (const paragraph of paragraphs(status)) {
    const [name, version, architecture] = ['package', 'version', 'architecture'].map((field) => paragraph.get(field))
    const isInstalled = / installed$/.test(paragraph.get('status') ?? '')
    if (!isInstalled || name === undefined || version === undefined || architecture === undefined) continue
    const [, source = name, sourceVersion = version] = /^(\S+)(?: \((\S+)\))?/.exec(paragraph.get('source') ?? '') ?? []
    found.set(`${name} ${architecture}`, {
      name,
      version,
      architecture,
      maintainer: paragraph.get('maintainer'),
      source: { name: source, version: sourceVersion },
      sha256: undefined,
      from: 'image',
    })
  }
  for (const { name, version, architecture, source, sha256 } of lock?.packages ?? []) {
    // An upgrade may go from one architecture to "all", or back.
    const older = [`${name} ${architecture}`, `${name} all`].find((key) => found.has(key))
    const maintainer = older === undefined ? undefined : found.get(older)?.maintainer
    if (older !== undefined) found.delete(older)
    const one = { name, version, architecture, maintainer, source, sha256, from: 'carried' } as const
    found.set(`${name} ${architecture}`, one)
  }
  const left = [...found.values()].filter(({ name }) => !removed.includes(name))
  return left.sort((a, b) => bytewise(`${a.name} ${a.architecture}`, `${b.name} ${b.architecture}`))
}
