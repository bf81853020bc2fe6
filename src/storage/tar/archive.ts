import { namingFile } from '../../base/disk/file-errors.ts'
import { PlainFile } from '../../base/disk/plain-file.ts'
import { TargetError } from '../../base/errors.ts'
import { MAX_FILE } from '../tree/tree.ts'
import type { Carried } from './carried.ts'
import type { TarEntry } from './entry.ts'
import { type Extensions, extended, NO_EXTENSIONS, padded } from './extensions.ts'
import { FileWindow } from './file-window.ts'
import { BLOCK, parseHeader } from './header.ts'
import { indexOf, type Links, type TarNode } from './node.ts'
import { knownOf, type Scan, scan } from './scan.ts'
import { expanded } from './sparse.ts'

/** What a header may take beside the stored content: PAX records, long names, a sparse map. */
const MAX_OVERHEAD = 16 * 1024 * 1024

export interface ArchiveOptions {
  readonly label?: string | undefined
  readonly from?: { readonly archive: TarArchive; readonly carried: readonly Carried[] } | undefined
  readonly allowUnterminated?: boolean | undefined
}

/** A raw tar file, open for reading, and what is in it. */
export class TarArchive {
  readonly label: string
  readonly entries: readonly TarEntry[]
  readonly scanned: Scan
  readonly root: TarNode
  readonly links: Links
  readonly #file: PlainFile
  readonly #window: FileWindow

  /**
   * @param options.label what to call it in messages
   * @param options.from the archive that it was made of, and the ranges of that one which are in it: what is known of
   *   their entries is not looked for again
   * @param options.allowUnterminated see {@link scan}
   * @throws TargetError when it is not a plain file or not a tar, is damaged, or leads outside the tree
   */
  constructor(file: string, options: ArchiveOptions = {}) {
    const { label = file, from, allowUnterminated } = options
    const known = from && knownOf(from.archive.scanned, from.carried)
    this.label = label
    this.#file = new PlainFile(file, { label })
    this.#window = new FileWindow(this.#file)
    try {
      this.scanned = this.#named(() => scan(this.#window, label, { known, allowUnterminated }))
      this.entries = this.scanned.entries
      const { root, links } = indexOf(this.entries, label)
      this.root = root
      this.links = links
    } catch (error) {
      this.#file.close()
      throw error
    }
  }

  /** The content of a regular file, holes filled. */
  content(entry: TarEntry): Uint8Array {
    if (entry.size > MAX_FILE || entry.stored > MAX_FILE + MAX_OVERHEAD) {
      throw new TargetError(`${this.label}: ${entry.path} is larger than ${MAX_FILE} bytes`)
    }
    if (entry.sparse === undefined) return this.bytes(entry.body, entry.stored)
    const stored = this.bytes(entry.header, entry.body + entry.stored - entry.header)
    const content = expanded(entry, this.extensions(entry).records, stored)
    if (content === undefined) throw new TargetError(`${this.label}: ${entry.path}: a sparse map that makes no sense`)
    return content
  }

  /** What stands before the entry's header. */
  extensions(entry: TarEntry): Extensions {
    let extensions = NO_EXTENSIONS
    for (let at = entry.start; at < entry.header; ) {
      const header = parseHeader(this.bytes(at, BLOCK))
      const next = header && this.#named(() => extended(extensions, header, this.#window, at + BLOCK))
      if (header === undefined || next === undefined || typeof next === 'string') {
        throw new TargetError(`${this.label} changed while it was read`)
      }
      extensions = next
      at += BLOCK + padded(header.size ?? 0)
    }
    return extensions
  }

  /** A copy of a range. */
  bytes(offset: number, length: number): Uint8Array {
    return this.#named(() => new Uint8Array(this.#window.read(offset, length)))
  }

  /** Fills `bytes` from `offset` on. */
  readInto(bytes: Uint8Array, offset: number): void {
    this.#file.readInto(bytes, offset)
  }

  /** The name that an entry of the path has, in the style of the archive's own: `./etc`, `etc` or `/etc`. */
  nameOf(path: string): string {
    const { style } = this.scanned
    if (path === '/') return style === '/' ? '/' : '.'
    return `${style}${path.slice(1)}`
  }

  /** Whether global headers say something about every entry. */
  get hasGlobals(): boolean {
    return this.scanned.globals.length > 0
  }

  /** @throws TargetError when somebody wrote to it since it was opened */
  assertUnchanged(): void {
    this.#file.assertUnchanged()
  }

  close(): void {
    this.#file.close()
  }

  #named<T>(call: () => T): T {
    return namingFile(this.label, 'read', call)
  }
}
