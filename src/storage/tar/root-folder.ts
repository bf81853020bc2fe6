import { bytewise } from '../../base/order.ts'
import { nodeAt, type TarNode } from './node.ts'

/** What every root file system has, at its place or as a link (os-release(5)). */
const OS_RELEASE = ['/etc/os-release', '/usr/lib/os-release']
/** Folders in folders that are looked into. */
const DEPTH = 4

/** Whether a root file system begins at a path of an archive; `''` is its top. */
export function holdsRoot(archive: TarNode, path: string): boolean {
  return OS_RELEASE.some((name) => nodeAt(archive, `${path}${name}`) !== undefined)
}

/** The folders of an archive in which a root file system begins, as paths. */
export function rootFolders(archive: TarNode): string[] {
  const found: string[] = []
  const look = (node: TarNode, path: string, depth: number) => {
    for (const [name, child] of [...(node.children ?? [])].sort(([a], [b]) => bytewise(a, b))) {
      const here = `${path}/${name}`
      if (child.children === undefined) continue
      if (holdsRoot(archive, here)) found.push(here)
      else if (depth < DEPTH) look(child, here, depth + 1)
    }
  }
  look(archive, '', 1)
  return found
}
