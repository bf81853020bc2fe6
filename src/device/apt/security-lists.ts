import type { Tree } from '../../storage/tree/tree.ts'
import { compareDebVersions } from '../formats/deb-version.ts'
import { architecturesOf } from '../inspect/architecture.ts'

const LISTS = '/var/lib/apt/lists'

const FIELD = /^(Package|Version): *(\S+) *$/gm

/** A package that is older than a security archive had it when the lists were fetched. */
export interface MissedUpgrade {
  readonly name: string
  readonly installed: string
  readonly offered: string
  /** The list that offers it. */
  readonly file: string
}

/**
 * Security upgrades that the image's own lists of packages offer and that are not installed. Lists that apt keeps compressed
 * (`Acquire::GzipIndexes`) are passed over.
 *
 * @param packages name → version of what is installed
 */
export function missedUpgrades(root: Tree, packages: ReadonlyMap<string, string>): readonly MissedUpgrade[] {
  if (!packages.has('dpkg')) return []
  const found = new Map<string, MissedUpgrade>()
  for (const file of securityLists(root)) {
    for (const [name, offered] of offers(root, file)) {
      const installed = packages.get(name)
      if (installed === undefined || compareDebVersions(found.get(name)?.offered ?? installed, offered) >= 0) continue
      found.set(name, { name, installed, offered, file })
    }
  }
  return [...found.values()]
}

/** Named after their URIs: `HOST_PATH_dists_bookworm-security_main_binary-arm64_Packages`, of old `…_bookworm_updates_main_…`. */
function securityLists(root: Tree): readonly string[] {
  const { native } = architecturesOf(root)
  return root
    .list(LISTS)
    .filter((name) => /_dists_[^/]+(?:-security|_updates)_/.test(name) && name.endsWith(`_binary-${native}_Packages`))
    .map((name) => `${LISTS}/${name}`)
}

function* offers(root: Tree, file: string): Generator<[name: string, version: string]> {
  const text = new TextDecoder().decode(root.read(file) ?? new Uint8Array())
  for (const paragraph of text.split(/\n{2,}/)) {
    const fields = new Map(Array.from(paragraph.matchAll(FIELD), ([, name, value = '']) => [name, value]))
    const [name, version] = [fields.get('Package'), fields.get('Version')]
    if (name !== undefined && version !== undefined) yield [name, version]
  }
}
