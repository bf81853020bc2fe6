import { TargetError } from '../../base/errors.ts'
import { bytewise } from '../../base/order.ts'
import type { Entry, PlacingTree } from '../tree/tree.ts'
import { assertPlain, resolveInside } from '../tree/walk.ts'
import type { FileSystem } from './file-system.ts'

/**
 * A partition of an image, seen through the editor of its file system. It remembers what it has seen, for the same
 * directories are on the way to everything: whoever changes the file system calls {@link FileSystemTree.forget}.
 */
export class FileSystemTree implements PlacingTree {
  readonly label: string
  readonly holder = 'image'
  /** FAT: no links, and names are the same in either case. */
  readonly fat: boolean
  readonly #files: FileSystem
  readonly #seen = new Map<string, Entry | undefined>()

  constructor(files: FileSystem, label: string, options: { readonly fat?: boolean } = {}) {
    this.#files = files
    this.label = label
    this.fat = options.fat ?? false
  }

  lstat(path: string): Entry | undefined {
    return this.#entry(this.resolveParent(path))
  }

  read(path: string): Uint8Array | undefined {
    const real = this.resolve(path)
    const entry = this.#entry(real)
    if (entry === undefined) return undefined
    if (entry.kind !== 'file') throw new TargetError(`${this.label}: ${path} is not a regular file (${entry.kind})`)
    return this.#files.readFile(real)
  }

  list(path: string): readonly string[] {
    return [...this.#files.list(this.resolve(path))].sort(bytewise)
  }

  resolve(path: string): string {
    return this.#resolve(path, true)
  }

  resolveParent(path: string): string {
    return this.#resolve(path, false)
  }

  /** Bytes that are free on the file system. */
  free(): number {
    return this.#files.room().bytes
  }

  /** The file system was changed: nothing that was seen before counts. */
  forget(): void {
    this.#seen.clear()
  }

  #resolve(path: string, last: boolean): string {
    assertPlain(path)
    if (this.fat) return this.#spelled(path)
    return resolveInside(path, (p) => this.#entry(p), { last, label: this.label })
  }

  #entry(real: string): Entry | undefined {
    const known = this.#seen.get(real)
    if (known !== undefined || this.#seen.has(real)) return known
    const entry = this.#files.lstat(real)
    this.#seen.set(real, entry)
    return entry
  }

  #spelled(path: string): string {
    let here = ''
    for (const part of path.split('/').filter((p) => p !== '')) {
      const found = this.#files.list(here || '/').find((name) => name.toLowerCase() === part.toLowerCase())
      here = `${here}/${found ?? part}`
    }
    return here || '/'
  }
}
