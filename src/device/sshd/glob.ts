import { bytewise } from '../../base/order.ts'
import { Steps } from '../../base/steps.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { fnmatch } from '../formats/fnmatch.ts'
import { entryAt } from './files.ts'

/** As long as a path can be (PATH_MAX). */
const MOST_PATTERN = 4096
/** Files on the way too: a folder that holds links to itself has as many as one likes. */
const MOST_FOUND = 100_000

/**
 * The files that an `Include` pattern names, resolved inside the tree: `*`, `?`, `[…]` in any part of the path, a leading
 * dot only by a dot, sorted by byte (glob(7) in the C locale, as sshd runs). A link that leads nowhere is named too.
 *
 * @throws TargetError when they are without end, or the pattern is
 */
export function globInside(tree: Tree, pattern: string): readonly string[] {
  const absolute = pattern.startsWith('/') ? pattern : `/etc/ssh/${pattern}`
  new Steps('characters of a pattern', MOST_PATTERN).take({ file: `${absolute.slice(0, 60)}…` }, absolute.length)
  const steps = new Steps('files that a pattern names', MOST_FOUND)
  let found = ['']
  for (const part of absolute.split('/').filter((p) => p !== '' && p !== '.')) {
    found = found.flatMap((directory) => namesIn(tree, directory || '/', part).map((name) => `${directory}/${name}`))
    steps.take({ file: absolute }, found.length)
  }
  return found.sort(bytewise)
}

/** The names of a folder that a part of a pattern fits. */
function namesIn(tree: Tree, directory: string, part: string): readonly string[] {
  if (entryAt(tree, directory)?.kind !== 'directory') return []
  if (/[*?[\\]/.test(part)) return tree.list(directory).filter(partMatcher(part))
  return part !== '..' && tree.lstat(`${directory === '/' ? '' : directory}/${part}`) !== undefined ? [part] : []
}

function partMatcher(part: string): (name: string) => boolean {
  return (name) => fnmatch(part, name) && (!name.startsWith('.') || part.startsWith('.'))
}
