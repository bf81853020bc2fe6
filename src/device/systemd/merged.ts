import { bytewise } from '../../base/order.ts'
import type { Tree } from '../../storage/tree/tree.ts'

/**
 * Files of several folders, sorted by name together; of two with one name the one in the earlier folder is read, the
 * other is not (systemd.conf(5), sysctl.d(5), modprobe.d(5)).
 */
export function mergedByName(root: Tree, folders: readonly string[], suffix: string): readonly string[] {
  const found = new Map<string, string>()
  for (const folder of folders) {
    for (const name of root.list(folder)) {
      if (name.endsWith(suffix) && !found.has(name)) found.set(name, `${folder}/${name}`)
    }
  }
  return [...found].sort(([a], [b]) => bytewise(a, b)).map(([, path]) => path)
}
