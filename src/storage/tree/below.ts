import type { Entry, Tree } from './tree.ts'

export interface Below {
  readonly path: string
  readonly entry: Entry
}

/** How far a tree is walked. */
export interface WalkLimits {
  /** How many folders below the first are entered: 0, it alone. */
  readonly depth: number
  /** So many names are looked at, by their order; the folder in which that many are reached is looked at to its end. */
  readonly most: number
  /** Names of folders that are not entered. */
  readonly passed?: ReadonlySet<string>
}

/** What is below a directory, folder by folder from the top; a link is not followed. */
export function below(tree: Tree, directory: string, { depth, most, passed }: WalkLimits): readonly Below[] {
  const found: Below[] = []
  const ahead = [{ path: directory, depth }]
  for (let next = ahead.shift(); next !== undefined && found.length < most; next = ahead.shift()) {
    if (tree.lstat(next.path)?.kind !== 'directory') continue
    for (const name of tree.list(next.path)) {
      const path = `${next.path}/${name}`
      const entry = tree.lstat(path)
      if (entry === undefined) continue
      found.push({ path, entry })
      if (entry.kind === 'directory' && next.depth > 0 && passed?.has(name) !== true) {
        ahead.push({ path, depth: next.depth - 1 })
      }
    }
  }
  return found
}
