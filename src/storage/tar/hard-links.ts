import type { TarArchive } from './archive.ts'
import type { TarEntry } from './entry.ts'

/** What becomes of a hard link whose target is not there any more. */
export type LinkFix =
  /** It becomes the file itself: this entry's content and metadata under its own name. */
  | { readonly kind: 'promote'; readonly content: TarEntry }
  /** It leads to the same content by another name. */
  | { readonly kind: 'relink'; readonly to: TarEntry }

/**
 * The hard links that lose what they name when some entries go, and what is to be done: the first one that stays becomes
 * the file, later ones lead to it. A name counts while it is the last entry of its path at that place of the archive.
 */
export function linkFixes(archive: TarArchive, isGone: (entry: TarEntry) => boolean): Map<TarEntry, LinkFix> {
  const fixes = new Map<TarEntry, LinkFix>()
  if (![...archive.links.values()].some(({ named }) => isGone(named))) return fixes
  const current = new Map<string, TarEntry>()
  const holders = new Map<TarEntry, TarEntry[]>()
  const contents = new Set([...archive.links.values()].map(({ content }) => content))
  for (const entry of archive.entries) {
    if (isGone(entry)) continue
    current.set(entry.path, entry)
    const link = archive.links.get(entry)
    const content = link?.content ?? entry
    if (!contents.has(content)) continue
    const names = holders.get(content) ?? []
    if (link !== undefined && isGone(link.named)) {
      const to = names.find((name) => current.get(name.path) === name)
      fixes.set(entry, to === undefined ? { kind: 'promote', content } : { kind: 'relink', to })
    }
    holders.set(content, [...names, entry])
  }
  return fixes
}
