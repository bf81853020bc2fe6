import { join } from 'node:path'
import type { Plugin } from 'esbuild'
import { packageRoot } from '../src/base/host/assets.ts'

/**
 * In a bundle, takes modules of `packaging/` for others.
 *
 * @param modules by the name of a module of Node, or by the path of a file from the root of the repository
 */
export function inPlaceOf(modules: Readonly<Record<string, string>>): Plugin {
  const ours = join(packageRoot, 'packaging')
  return {
    name: 'in place of',
    setup({ onResolve }) {
      onResolve({ filter: /^node:|\.ts$/ }, ({ path, resolveDir }) => {
        // What takes its place may well ask for the thing itself.
        if (resolveDir.startsWith(ours) && path.startsWith('node:')) return undefined
        const name = path.startsWith('node:') ? path : join(resolveDir, path)
        const found = Object.entries(modules).find(([one]) => name === one || name === join(packageRoot, one))
        return found && { path: join(ours, found[1]) }
      })
    },
  }
}
