import { bytewise } from '../../base/order.ts'
import { MemoryTree } from '../../storage/tree/memory.ts'
import type { Entry, Tree } from '../../storage/tree/tree.ts'
import { assertPlain, resolveInside } from '../../storage/tree/walk.ts'
import { applyToTree } from './apply-in-memory.ts'
import type { Operation } from './operation.ts'

/**
 * A tree as it will be when the operations are done: what they write comes from memory, everything else is read
 * through from the tree below, which is never written.
 */
export class OverlayTree implements Tree {
  readonly label: string
  readonly #base: Tree
  readonly #changed: MemoryTree
  /** Real paths that hide what is below them in the base. */
  readonly #removed = new Set<string>()
  /** What was asked for already: the same directories are on the way to everything. */
  readonly #entries = new Map<string, Entry | undefined>()
  readonly #resolved = new Map<string, string>()

  constructor(base: Tree, operations: readonly Operation[]) {
    this.label = base.label
    this.#base = base
    this.#changed = new MemoryTree(base.label)
    for (const operation of operations) this.#apply(operation)
  }

  lstat(path: string): Entry | undefined {
    return this.#entry(this.#place(path))
  }

  read(path: string): Uint8Array | undefined {
    const real = this.resolve(path)
    if (this.#changed.nodes.has(real)) return this.#changed.read(real)
    return this.#hidden(real) ? undefined : this.#base.read(real)
  }

  list(path: string): readonly string[] {
    const real = this.resolve(path)
    const below = real === '/' ? '' : real
    const base = this.#hidden(real) ? [] : this.#base.list(real)
    const kept = base.filter((name) => !this.#removed.has(`${below}/${name}`))
    return [...new Set([...kept, ...this.#changed.list(real)])].sort(bytewise)
  }

  resolve(path: string): string {
    const known = this.#resolved.get(path)
    if (known !== undefined) return known
    const real = resolveInside(path, (p) => this.#entry(p), { last: true, label: this.label })
    this.#resolved.set(path, real)
    return real
  }

  #apply(operation: Operation): void {
    const path = this.#place(operation.path)
    this.#copyUp(path)
    applyToTree(this.#changed, { ...operation, path })
    if (operation.kind === 'remove') this.#removed.add(path)
    this.#entries.clear()
    this.#resolved.clear()
  }

  /** Brings the directories above `path`, and what is at it, into memory: there the operation finds what it checks. */
  #copyUp(path: string): void {
    const parts = path.split('/').slice(1)
    for (let i = 1; i <= parts.length; i++) {
      const here = `/${parts.slice(0, i).join('/')}`
      if (this.#changed.nodes.has(here)) continue
      const entry = this.#at(here)
      if (entry?.kind === 'file') this.#changed.nodes.set(here, { ...entry, content: new Uint8Array() })
      else if (entry !== undefined) this.#changed.nodes.set(here, entry)
    }
  }

  #at(real: string): Entry | undefined {
    if (this.#changed.nodes.has(real)) return this.#changed.lstat(real)
    return this.#hidden(real) ? undefined : this.#base.lstat(real)
  }

  /** Where an entry lies, whatever it is: the directory above it is resolved, its name is not. */
  #place(path: string): string {
    assertPlain(path)
    const cut = path.lastIndexOf('/')
    const folder = this.resolve(path.slice(0, cut) || '/')
    return folder === '/' ? `/${path.slice(cut + 1)}` : `${folder}${path.slice(cut)}`
  }

  #entry(real: string): Entry | undefined {
    const known = this.#entries.get(real)
    if (known !== undefined || this.#entries.has(real)) return known
    const entry = this.#at(real)
    this.#entries.set(real, entry)
    return entry
  }

  #hidden(real: string): boolean {
    for (let at = real; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) if (this.#removed.has(at)) return true
    return false
  }
}
