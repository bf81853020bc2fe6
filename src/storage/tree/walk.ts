import { TargetError } from '../../base/errors.ts'

/** As many links as Linux follows in one path (path_resolution(7)). */
const MAX_LINKS = 40
/** Longer paths Linux takes from nobody (PATH_MAX). */
const MAX_PATH = 4096

/**
 * Resolves `path` inside a tree: links are looked up with `linkTarget` (undefined: not a link), absolute targets start
 * at the tree's root, `..` stops there.
 *
 * @param options.last whether a link at the last part is followed
 * @throws TargetError when the path is not absolute and plain, too long, or needs more than 40 links
 */
export function resolveInside(
  path: string,
  linkTarget: (path: string) => string | undefined,
  options: { last: boolean; label: string },
): string {
  if (path.length > MAX_PATH) throw new TargetError(`${options.label}: no path is as long as ${path.slice(0, 60)}…`)
  assertPlain(path)
  /** The parts that are left, the next one last. */
  const todo = partsOf(path).reverse()
  let done = ''
  let links = 0
  for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
    if (part === '.') continue
    if (part === '..') {
      done = done.slice(0, Math.max(0, done.lastIndexOf('/')))
      continue
    }
    const here = `${done}/${part}`
    const isLast = todo.length === 0
    const target = isLast && !options.last ? undefined : linkTarget(here)
    if (target === undefined) {
      done = here
      continue
    }
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
