import { TargetError } from '../../base/errors.ts'
import type { Entry, Tree } from './tree.ts'

/** Far more than is read of an image: of the sample one, for a full spec, 283 files and 2,505 names. */
const MOST = { files: 500_000, bytes: 2 ** 31, names: 5_000_000 }

/** So often no reader looks at one file, unless it includes itself. */
const MOST_OF_ONE = 5000

/** So many names has no folder of settings; homes, packages and programs may be more. */
const MOST_IN_ETC = 20_000

/**
 * A tree that may be read so often and no more: an image in which files include themselves, or with folders of a million
 * drop-ins, ends with an error that names the place, and not after hours.
 */
export class BudgetTree implements Tree {
  readonly label: string
  readonly #tree: Tree
  readonly #left = { ...MOST }
  readonly #read = new Map<string, number>()
  #ended: TargetError | undefined

  constructor(tree: Tree) {
    this.label = tree.label
    this.#tree = tree
  }

  /** @throws TargetError when too much was read, whoever has taken that for a file that cannot be read */
  assertKept(): void {
    if (this.#ended !== undefined) throw this.#ended
  }

  lstat(path: string): Entry | undefined {
    this.assertKept()
    return this.#tree.lstat(path)
  }

  /** @throws TargetError when that is too much */
  read(path: string): Uint8Array | undefined {
    this.assertKept()
    const content = this.#tree.read(path)
    if (content === undefined) return undefined
    this.#take('files', 1, path)
    this.#take('bytes', content.length, path)
    const times = (this.#read.get(path) ?? 0) + 1
    this.#read.set(path, times)
    if (times > MOST_OF_ONE) this.#end(`${path} is read over and over: it includes itself`)
    return content
  }

  /** @throws TargetError when that is too much */
  list(path: string): readonly string[] {
    this.assertKept()
    const names = this.#tree.list(path)
    this.#take('names', names.length, path)
    if (names.length > MOST_IN_ETC && /^\/etc(\/|$)/.test(path)) this.#end(`${path} holds ${names.length} names`)
    return names
  }

  resolve(path: string): string {
    return this.#tree.resolve(path)
  }

  #take(what: keyof typeof MOST, amount: number, path: string): void {
    this.#left[what] -= amount
    if (this.#left[what] >= 0) return
    this.#end(`its settings are more than ${MOST[what]} ${what}; reading ended at ${path}`)
  }

  /** From here on nothing is read any more. */
  #end(why: string): never {
    this.#ended = new TargetError(`${this.label}: ${why}`, {
      hint: 'a file that includes itself, or a folder with far too many files: no real image has that',
    })
    throw this.#ended
  }
}
