import type { Entry, Target, Tree } from './tree.ts'

/** Bytes of files that are kept at most, each of them too: settings and lists of packages, and not what programs hold. */
const MOST = 64 * 1024 * 1024
const MOST_OF_ONE = 4 * 1024 * 1024

/** A tree that nobody changes, seen by one reader after another: each gets the very array that the first one got. */
class KeptTree implements Tree {
  readonly label: string
  readonly holder?: NonNullable<Tree['holder']>
  readonly #tree: Tree
  readonly #contents = new Map<string, Uint8Array | undefined>()
  readonly #entries = new Map<string, Entry | undefined>()
  readonly #names = new Map<string, readonly string[]>()
  readonly #places = new Map<string, string>()
  #left = MOST

  constructor(tree: Tree) {
    this.#tree = tree
    this.label = tree.label
    if (tree.holder !== undefined) this.holder = tree.holder
  }

  lstat(path: string): Entry | undefined {
    return kept(this.#entries, path, () => this.#tree.lstat(path))
  }

  read(path: string): Uint8Array | undefined {
    const known = this.#contents.get(path)
    if (known !== undefined || this.#contents.has(path)) return known
    const content = this.#tree.read(path)
    const size = content?.length ?? 0
    if (size > Math.min(MOST_OF_ONE, this.#left)) return content
    this.#left -= size
    this.#contents.set(path, content)
    return content
  }

  list(path: string): readonly string[] {
    return kept(this.#names, path, () => this.#tree.list(path))
  }

  resolve(path: string): string {
    return kept(this.#places, path, () => this.#tree.resolve(path))
  }
}

/** Both partitions so. */
export function keptTarget({ root, boot, recovered }: Target): Target {
  return { root: new KeptTree(root), boot: boot && new KeptTree(boot), ...(recovered && { recovered }) }
}

function kept<Found>(known: Map<string, Found>, path: string, find: () => Found): Found {
  const before = known.get(path)
  if (before !== undefined || known.has(path)) return before as Found
  const found = find()
  known.set(path, found)
  return found
}
