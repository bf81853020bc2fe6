import type { Bundle } from '../../core/carried/bundle.ts'
import { BUNDLE_LOCK, CARRIED } from '../../core/carried/bundle.ts'
import { type LockedImage, parseLock } from '../../core/carried/lock.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { sha256Of } from './cache.ts'

/**
 * The packages that an image carries already, from an earlier run; `undefined`: none, or not all of them as its lock
 * says. With them a second run needs neither a lock beside the spec nor a network.
 */
export function bundleIn(root: Tree): Bundle | undefined {
  const lock = lockIn(root)
  const index = root.read(`${CARRIED}/Packages`)
  if (lock === undefined || index === undefined) return undefined
  const debs = new Map<string, Uint8Array>()
  for (const { file, sha256 } of lock.packages) {
    const content = root.read(`${CARRIED}/${file}`)
    if (content === undefined || sha256Of(content) !== sha256) return undefined
    debs.set(file, content)
  }
  return { lock, debs, index }
}

function lockIn(root: Tree): LockedImage | undefined {
  const text = root.read(BUNDLE_LOCK)
  if (text === undefined) return undefined
  const parsed = parseLock(new TextDecoder().decode(text))
  return 'lock' in parsed ? parsed.lock[0] : undefined
}
