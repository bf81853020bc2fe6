import type { Bundle } from '../../core/carried/bundle.ts'
import type { LockedImage } from '../../core/carried/lock.ts'
import { controlOf, indexEntry } from './deb.ts'
import { PackageError } from './errors.ts'

/**
 * The repository for a lock.
 *
 * @param debs SHA-256 → bytes, of every package of the lock
 * @throws PackageError when a .deb says something else of itself than the lock does
 */
export function makeBundle(lock: LockedImage, debs: ReadonlyMap<string, Uint8Array>): Bundle {
  const files = new Map<string, Uint8Array>()
  const entries = lock.packages.map((one) => {
    const content = debs.get(one.sha256)
    if (content === undefined) throw new Error(`${one.file} was not fetched`)
    const control = controlOf(content, one.file)
    for (const field of ['name', 'version', 'architecture'] as const) {
      const said = control.get(field === 'name' ? 'package' : field)
      if (said !== one[field]) throw new PackageError(`${one.file} is of ${field} ${said}, the lock says ${one[field]}`)
    }
    files.set(one.file, content)
    return indexEntry(control, one)
  })
  if (files.size < entries.length) throw new PackageError('two packages of the lock have the same file name')
  return { lock, debs: files, index: new TextEncoder().encode(entries.map((entry) => `${entry}\n`).join('')) }
}
