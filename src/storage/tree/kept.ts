import { remembered } from '../../base/remembered.ts'
import type { Entry, Target, Tree } from './tree.ts'

/** Bytes that are kept at most of all files, and of one: what is asked for again and again are settings, lists of packages, programs. */
const MOST = 64 * 1024 * 1024
const MOST_OF_ONE = 4 * 1024 * 1024

/** A tree that nobody changes, seen by one reader after another: each gets the very array that the first one got. */
class KeptTree implements Tree {
  readonly label: string
  readonly holder?: NonNullable<Tree['holder']>
  readonly #tree: Tree
  readonly #contents = new Map<string, Uint8Array | undefined>()
  #left = MOST

  constructor(tree: Tree) {
    this.#tree = tree
    this.label = tree.label
    if (tree.holder !== undefined) this.holder = tree.holder
  }

  lstat(path: string): Entry | undefined {
    return entryAt(this.#tree, path)
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
    return namesIn(this.#tree, path)
  }

  resolve(path: string): string {
    return placeOf(this.#tree, path)
  }
}

const entryAt = remembered((tree: Tree, path: string) => tree.lstat(path))
const namesIn = remembered((tree: Tree, path: string) => tree.list(path))
const placeOf = remembered((tree: Tree, path: string) => tree.resolve(path))

/** Both partitions so. */
export function keptTarget({ root, boot, recovered }: Target): Target {
  return { root: new KeptTree(root), boot: boot && new KeptTree(boot), ...(recovered && { recovered }) }
}
