import { TargetError } from '../../base/errors.ts'
import type { Entry } from './tree.ts'

/** As many links as Linux follows in one path (path_resolution(7)). */
const MAX_LINKS = 40
/** Longer paths Linux takes from nobody (PATH_MAX). */
const MAX_PATH = 4096

/** What a path is resolved by. */
export type Seen =
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: Exclude<Entry['kind'], 'symlink'> }

/**
 * Resolves `path` inside a tree: what lies at a path is looked up with `seen` (undefined: nothing, so nothing is below it
 * either), absolute targets of links start at the tree's root, `..` stops there.
 *
 * @param options.last whether a link at the last part is followed
 * @throws TargetError when the path is not absolute and plain, too long, or needs more than 40 links
 */
export function resolveInside(
  path: string,
  seen: (path: string) => Seen | undefined,
  options: { last: boolean; label: string },
): string {
  if (path.length > MAX_PATH) throw new TargetError(`${options.label}: no path is as long as ${path.slice(0, 60)}…`)
  assertPlain(path)
  /** The parts that are left, the next one last. */
  const todo = partsOf(path).reverse()
  let done = ''
  let isThere = true
  let links = 0
  for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
    if (part === '.') continue
    if (part === '..') {
      done = done.slice(0, Math.max(0, done.lastIndexOf('/')))
      isThere = true
      continue
    }
    const here = `${done}/${part}`
    const isLast = todo.length === 0
    const entry: Seen | undefined = !isThere || (isLast && !options.last) ? undefined : seen(here)
    if (entry?.kind !== 'symlink') {
      isThere = entry !== undefined
      done = here
      continue
    }
    const { target } = entry
    links += 1
    if (links > MAX_LINKS) throw new TargetError(`${options.label}: too many symbolic links in ${path}`)
    if (target.startsWith('/')) done = ''
    todo.push(...partsOf(target).reverse())
  }
  return done || '/'
}

/** @throws TargetError unless `path` is absolute and holds no empty, `.` or `..` part and no NUL */
export function assertPlain(path: string): void {
  if (path === '/' || PLAIN.test(path)) return
  throw new TargetError(`not a plain absolute path: ${JSON.stringify(path)}`)
}

const PLAIN = /^(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)+$/

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '')
}
