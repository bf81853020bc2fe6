import type { Entry, Tree } from '../../storage/tree/tree.ts'

/** Where what no package brought is put, and how deep it is looked through. */
const PLACES: readonly (readonly [directory: string, depth: number])[] = [
  ['/etc', 4],
  ['/home', 4],
  ['/opt', 4],
  ['/root', 3],
  ['/srv', 4],
  ['/usr/local', 4],
  ['/var/www', 4],
  ['/var/lib', 1],
  ['/var/spool/cron', 2],
]

/** A home may hold a hundred thousand files: so many names are looked at in one place, in their order. */
const MOST = 5000

/** Never looked into: what programs keep for themselves, by the thousand. */
const PASSED = new Set(['.cache', '.cargo', '.git', '.npm', 'node_modules', 'site-packages', '__pycache__'])

export interface Placed {
  readonly path: string
  readonly entry: Entry
}

const known = new WeakMap<Tree, readonly Placed[]>()

/** Files and directories in the places of whoever works on an image, a bounded number of each. A tree is walked once. */
export function placed(root: Tree): readonly Placed[] {
  const found = known.get(root) ?? PLACES.flatMap(([directory, depth]) => below(root, directory, depth))
  known.set(root, found)
  return found
}

function below(root: Tree, directory: string, depth: number): readonly Placed[] {
  const found: Placed[] = []
  const ahead = [{ path: directory, depth }]
  for (let next = ahead.shift(); next !== undefined && found.length < MOST; next = ahead.shift()) {
    if (root.lstat(next.path)?.kind !== 'directory') continue
    for (const name of root.list(next.path)) {
      const path = `${next.path}/${name}`
      const entry = root.lstat(path)
      if (entry === undefined) continue
      found.push({ path, entry })
      if (entry.kind === 'directory' && next.depth > 0 && !PASSED.has(name)) ahead.push({ path, depth: next.depth - 1 })
    }
  }
  return found
}
