import type { Tree } from '../../storage/tree/tree.ts'

/**
 * Where the system manager looks for units, first wins (systemd.unit(5), "Unit File Load Path"). What is in /run of an image
 * is hidden by the tmpfs that is mounted there before; /lib is a link.
 */
const SEARCH_PATH = [
  '/etc/systemd/system.control',
  '/etc/systemd/system',
  '/etc/systemd/system.attached',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
] as const

/** The names in each folder of the search path. */
export interface UnitFolder {
  readonly path: string
  readonly names: ReadonlySet<string>
}

export function unitFolders(root: Tree): readonly UnitFolder[] {
  return SEARCH_PATH.map((path) => ({ path, names: new Set(root.list(path)) }))
}
