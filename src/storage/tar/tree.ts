import { permitted } from '../../base/bytes/capabilities.ts'
import { TargetError } from '../../base/errors.ts'
import { bytewise } from '../../base/order.ts'
import { sameOnFat } from '../tree/directory.ts'
import type { Entry, PlacingTree, Target } from '../tree/tree.ts'
import { resolveInside, type Seen } from '../tree/walk.ts'
import type { TarArchive } from './archive.ts'
import type { TarEntry } from './entry.ts'
import { nodeAt, type TarNode } from './node.ts'

/** Where a root file system holds the boot partition, if it holds it at all. */
const FIRMWARE = '/boot/firmware'

export interface TarTreeOptions {
  /** The directory inside the archive that is the tree's top; it is there. The archive's own top without it. */
  readonly prefix?: string
  /** What is there is a boot partition: names are the same in either case; no modes, owners or links. */
  readonly fat?: boolean
}

/** A root file system or boot partition in a raw tar. Directories that entries only imply are root's, 0755. */
export class TarTree implements PlacingTree {
  readonly label: string
  readonly holder = 'archive'
  readonly fat: boolean
  readonly archive: TarArchive
  readonly prefix: string
  readonly #top: TarNode

  constructor(archive: TarArchive, options: TarTreeOptions = {}) {
    this.archive = archive
    this.prefix = options.prefix ?? ''
    this.fat = options.fat ?? false
    this.label = this.prefix === '' ? archive.label : `${archive.label}${this.prefix}`
    const top = nodeAt(archive.root, this.prefix)
    if (top?.children === undefined) throw new TargetError(`${archive.label}: there is no directory ${this.prefix}`)
    this.#top = top
  }

  lstat(path: string): Entry | undefined {
    return this.#entry(nodeAt(this.#top, this.resolveParent(path)))
  }

  read(path: string): Uint8Array | undefined {
    const node = nodeAt(this.#top, this.resolve(path))
    if (node === undefined) return undefined
    const entry = node.entry && this.contentOf(node.entry)
    if (entry?.kind !== 'file') {
      const kind = this.#entry(node)?.kind ?? 'other'
      throw new TargetError(`${this.label}: ${path} is not a regular file (${kind})`)
    }
    return this.archive.content(entry)
  }

  list(path: string): readonly string[] {
    return names(nodeAt(this.#top, this.resolve(path)))
  }

  resolve(path: string): string {
    return this.#resolve(path, true)
  }

  resolveParent(path: string): string {
    return this.#resolve(path, false)
  }

  /** The entry that has the content and the metadata of the given one: another one for a hard link. */
  contentOf(entry: TarEntry): TarEntry {
    return this.archive.links.get(entry)?.content ?? entry
  }

  #resolve(path: string, last: boolean): string {
    if (this.fat) return this.#spelled(resolveInside(path, () => undefined, { last, label: this.label }))
    return resolveInside(path, (p) => this.#seen(p), { last, label: this.label })
  }

  /** FAT finds a name by any case: the archive's spelling is the one that names it. */
  #spelled(path: string): string {
    let node: TarNode | undefined = this.#top
    let here = ''
    for (const part of path.split('/').filter((p) => p !== '')) {
      const name: string = names(node).find((candidate) => sameOnFat(candidate, part)) ?? part
      node = node?.children?.get(name)
      here = `${here}/${name}`
    }
    return here || '/'
  }

  /** A directory may have no entry of its own. */
  #seen(path: string): Seen | undefined {
    const node = nodeAt(this.#top, path)
    const content = node?.entry && this.contentOf(node.entry)
    if (content?.kind === 'symlink') return { kind: 'symlink', target: content.target }
    return node && { kind: 'directory' }
  }

  /** GNU tar and star write the attribute as it is, libarchive in base64 too. */
  #capabilities(entry: TarEntry): { readonly capabilities?: readonly string[] } {
    if ((entry.mode & 0o111) === 0 || entry.start === entry.header) return {}
    const { records } = this.archive.extensions(entry)
    const found = records.find(({ key }) => key === 'SCHILY.xattr.security.capability')
    return found === undefined ? {} : { capabilities: permitted(found.value) }
  }

  #entry(node: TarNode | undefined): Entry | undefined {
    if (node === undefined) return undefined
    const owner = (entry: TarEntry) => (this.fat ? { uid: 0, gid: 0 } : { uid: entry.uid, gid: entry.gid })
    const mode = (entry: TarEntry) => (this.fat ? 0o755 : entry.mode)
    if (node.entry === undefined) return { kind: 'directory', mode: 0o755, uid: 0, gid: 0 }
    const entry = this.contentOf(node.entry)
    if (entry.kind === 'file') {
      return { kind: 'file', mode: mode(entry), ...owner(entry), size: entry.size, ...this.#capabilities(entry) }
    }
    if (entry.kind === 'directory') return { kind: 'directory', mode: mode(entry), ...owner(entry) }
    if (entry.kind === 'symlink' && !this.fat) return { kind: 'symlink', ...owner(entry), target: entry.target }
    return { kind: 'other', type: entry.kind === 'symlink' ? 'symbolic link' : entry.target, ...owner(entry) }
  }
}

/**
 * The two partitions as they are in one archive or two. In one, `boot/firmware/` is the boot partition if anything is
 * in it; empty, it is the mount point alone, and the boot partition is not at hand.
 *
 * @param top the folder of the archive in which the root file system begins
 */
export function tarTarget(root: TarArchive, boot?: TarArchive, top = ''): Target<TarTree> {
  const rootTree = new TarTree(root, { prefix: top })
  if (boot !== undefined) return { root: rootTree, boot: new TarTree(boot, { fat: true }) }
  const prefix = `${top}${FIRMWARE}`
  const holds = names(nodeAt(root.root, prefix)).length > 0
  return { root: rootTree, boot: holds ? new TarTree(root, { fat: true, prefix }) : undefined }
}

function names(node: TarNode | undefined): string[] {
  return [...(node?.children?.keys() ?? [])].sort(bytewise)
}
