import { TargetError } from '../../base/errors.ts'
import type { TarEntry } from './entry.ts'
import { parentOf } from './names.ts'

/** A path of the tree that a tar unpacks to. */
export interface TarNode {
  /** The entry that made it, the last one if there are several; `undefined`: a directory that others only imply. */
  entry: TarEntry | undefined
  /** The names in a directory; `undefined`: it is none. */
  readonly children: Map<string, TarNode> | undefined
}

/** What the hard links of an archive lead to. */
export type Links = ReadonlyMap<TarEntry, HardLink>

interface HardLink {
  /** The entry that its name means, itself a link perhaps. */
  readonly named: TarEntry
  /** The entry that has the content. */
  readonly content: TarEntry
}

/**
 * The tree that unpacking makes, entry by entry as tar(1) does: a later entry replaces an earlier one of the same path,
 * and a hard link means what its name meant when it came.
 *
 * @throws TargetError where unpacking would depend on the program that does it: an entry below a link or file, a
 *   directory that is to replace something else or to be replaced, a hard link to nothing or to a directory
 */
export function indexOf(entries: readonly TarEntry[], label: string): { root: TarNode; links: Links } {
  const root: TarNode = { entry: undefined, children: new Map() }
  const links = new Map<TarEntry, HardLink>()
  const refuse = (entry: TarEntry, why: string): never => {
    throw new TargetError(`${label}: ${entry.path} ${why}`)
  }
  const put = putterInto(root)
  for (const entry of entries) {
    if (entry.kind === 'link') {
      const named = nodeAt(root, entry.target)?.entry
      if (named === undefined) refuse(entry, `is a hard link to ${entry.target}, which is not there`)
      else if (named.kind === 'directory') refuse(entry, `is a hard link to a directory, ${entry.target}`)
      else links.set(entry, { named, content: links.get(named)?.content ?? named })
    }
    if (!put(entry)) refuse(entry, 'is in the archive as a directory and as something else')
  }
  return { root, links }
}

/** The node at a plain path, without following links. */
export function nodeAt(root: TarNode, path: string): TarNode | undefined {
  let node: TarNode | undefined = root
  for (const part of path.split('/')) {
    if (part === '') continue
    node = node.children?.get(part)
    if (node === undefined) return undefined
  }
  return node
}

/**
 * Puts entries into a tree, one after the other; whether that could be done. The last directory is kept, for what is in
 * one mostly stands together.
 */
function putterInto(root: TarNode): (entry: TarEntry) => boolean {
  let last = { path: '/', children: root.children }
  return (entry) => {
    const isDirectory = entry.kind === 'directory'
    const path = parentOf(entry.path)
    if (path !== last.path) last = { path, children: childrenAt(root, path) }
    const { children } = last
    if (children === undefined) return false
    const name = entry.path.slice(entry.path.lastIndexOf('/') + 1)
    const there = name === '' ? root : children.get(name)
    if (there !== undefined) {
      there.entry = entry
      return (there.children !== undefined) === isDirectory
    }
    children.set(name, { entry, children: isDirectory ? new Map() : undefined })
    return true
  }
}

/** What is in a directory, which is made where it is missing; `undefined`: something else is on the way to it. */
function childrenAt(root: TarNode, path: string): Map<string, TarNode> | undefined {
  let children = root.children
  for (const part of path.split('/').filter((name) => name !== '')) {
    if (children === undefined) return undefined
    const next: TarNode = children.get(part) ?? { entry: undefined, children: new Map() }
    children.set(part, next)
    children = next.children
  }
  return children
}
