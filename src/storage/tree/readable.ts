import { TargetError } from '../../base/errors.ts'
import type { Tree } from './tree.ts'

/**
 * The bytes of a file that need not be read: undefined too where the tree refuses to, as a mounted partition does for what has a
 * second name (perl in Debian), which could be a file of the host.
 */
export function readable(tree: Tree, path: string): Uint8Array | undefined {
  try {
    return tree.read(path)
  } catch (error) {
    if (error instanceof TargetError) return undefined
    throw error
  }
}
