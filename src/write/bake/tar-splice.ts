import { bytewise } from '../../base/order.ts'
import { checkChanges } from '../../core/plan/check-changes.ts'
import type { Change } from '../../core/plan/state.ts'
import type { TarArchive } from '../../storage/tar/archive.ts'
import { keptAttributes } from '../../storage/tar/attributes.ts'
import type { Carried } from '../../storage/tar/carried.ts'
import { copyParts, type Part, type Sink } from '../../storage/tar/copy.ts'
import type { TarEntry } from '../../storage/tar/entry.ts'
import { type LinkFix, linkFixes } from '../../storage/tar/hard-links.ts'
import { BLOCK } from '../../storage/tar/header.ts'
import { entryBytes } from '../../storage/tar/make.ts'
import { parentOf } from '../../storage/tar/names.ts'
import { nodeAt } from '../../storage/tar/node.ts'
import { rewritten } from '../../storage/tar/rewrite.ts'
import type { TarTree } from '../../storage/tar/tree.ts'
import type { Partition, Target } from '../../storage/tree/tree.ts'
import { newEntryOf } from '../emit/tar-entry-of.ts'

/** tar(1) fills archives up to a multiple of this, twenty blocks. */
const RECORD = 20 * BLOCK

/**
 * Writes the archive anew with the changes of those partitions of the target that lie in it. What the changes do not
 * name is carried over byte by byte, in its order; a replaced entry stands where the old one stood, new ones follow at
 * the end, by path. The same archive, changes and epoch give the same bytes.
 *
 * A replaced file keeps its extended attributes and ACLs; its other names keep the old content. A removed directory goes
 * with all it holds. A directory that is given an owner or mode keeps its time, its attributes and what is in it.
 *
 * @param changes sorted by path, directories before what they hold
 * @param sink takes the raw tar; a chunk is its own only until its promise is fulfilled
 * @param options.epoch the time of everything that is new, in seconds since 1970
 * @returns what was carried over; see {@link TarArchive}'s constructor
 * @throws TargetError before anything is written when a change cannot be made; afterwards when the archive was written to meanwhile
 */
export async function spliceTar(
  archive: TarArchive,
  target: Target<TarTree>,
  changes: readonly Change[],
  sink: Sink,
  options: { readonly epoch: number },
): Promise<readonly Carried[]> {
  const isHere = (partition: Partition) => target[partition]?.archive === archive
  const treeOf = (partition: Partition) => target[partition] ?? target.root
  // Other names of a replaced file keep its content, so none is in the way.
  const changeable = (partition: Partition) => ({ tree: treeOf(partition), assertAlone: () => undefined })
  const here = changes.filter(({ operation }) => isHere(operation.partition))
  const splice = new Splice(archive, options.epoch)
  for (const { change, path } of checkChanges(changeable, here)) {
    splice.add(change, `${treeOf(change.operation.partition).prefix}${path}`)
  }
  const carried = await copyParts(archive, splice.parts(), RECORD, sink)
  archive.assertUnchanged()
  return carried
}

/** What is to stand where the changes touch the archive. */
class Splice {
  readonly #archive: TarArchive
  readonly #epoch: number
  /** Paths whose entries go, and those that go with all below them. */
  readonly #replaced = new Set<string>()
  readonly #removed = new Set<string>()
  /** What stands in an old entry's place. */
  readonly #instead = new Map<TarEntry, Part[]>()
  readonly #added = new Map<string, Part>()

  constructor(archive: TarArchive, epoch: number) {
    this.#archive = archive
    this.#epoch = epoch
  }

  /** @param path real, from the archive's top */
  add({ operation, before }: Change, path: string): void {
    const old = nodeAt(this.#archive.root, path)?.entry
    if (operation.kind === 'remove') {
      this.#removed.add(path)
      return
    }
    if (operation.kind === 'directory' && old !== undefined) {
      const meta = { mode: operation.mode, ...operation.owner }
      this.#instead.set(old, [rewritten(this.#archive, old, { meta })])
      return
    }
    const isReplacedFile = operation.kind === 'file' && before.kind === 'file'
    const attributes = isReplacedFile && old !== undefined ? this.#attributes(old, operation.mode) : []
    const bytes = entryBytes(newEntryOf(operation, this.#archive.nameOf(path)), {
      epoch: this.#epoch,
      records: attributes,
      explicit: this.#archive.hasGlobals,
    })
    if (old === undefined) this.#added.set(path, bytes)
    else {
      this.#replaced.add(path)
      this.#instead.set(old, [bytes])
    }
  }

  /** All that the new archive is made of, but for its end. */
  parts(): Part[] {
    const { entries, scanned } = this.#archive
    const fixes = linkFixes(this.#archive, (entry) => this.#isGone(entry))
    const parts: Part[] = []
    let kept = 0
    for (const entry of entries) {
      const fix = fixes.get(entry)
      const instead = this.#instead.get(entry) ?? (fix && this.#fixed(entry, fix))
      if (instead === undefined && !this.#isGone(entry)) continue
      parts.push({ start: kept, end: entry.start }, ...(instead ?? []))
      kept = entry.end
    }
    const added = [...this.#added].sort(([a], [b]) => bytewise(a, b)).map(([, bytes]) => bytes)
    return [...parts, { start: kept, end: scanned.end }, ...added]
  }

  #fixed(entry: TarEntry, fix: LinkFix): Part[] {
    if (fix.kind === 'relink') {
      return [rewritten(this.#archive, entry, { linkname: this.#archive.nameOf(fix.to.path) })]
    }
    const { content } = fix
    const head = rewritten(this.#archive, content, { name: this.#archive.nameOf(entry.path) })
    return [head, { start: content.header + BLOCK, end: content.end }]
  }

  #attributes(old: TarEntry, mode: number) {
    const content = this.#archive.links.get(old)?.content ?? old
    return keptAttributes(this.#archive.extensions(content).records, mode)
  }

  #isGone(entry: TarEntry): boolean {
    if (this.#replaced.has(entry.path)) return true
    if (this.#removed.size === 0) return false
    for (let path = entry.path; path !== '/'; path = parentOf(path)) if (this.#removed.has(path)) return true
    return false
  }
}
