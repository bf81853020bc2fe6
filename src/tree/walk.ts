import { TargetError } from './tree.ts'

/** As many links as Linux follows in one path (path_resolution(7)). */
const MAX_LINKS = 40

/**
 * Resolves `path` inside a tree: links are looked up with `linkTarget` (undefined: not a link), absolute targets start
 * at the tree's root, `..` stops there.
 *
 * @param options.last whether a link at the last part is followed
 * @throws TargetError when the path is not absolute and plain, or needs more than 40 links
 */
export function resolveInside(
  path: string,
  linkTarget: (path: string) => string | undefined,
  options: { last: boolean; label: string },
): string {
  assertPlain(path)
  const todo = path.split('/').filter((part) => part !== '')
  const done: string[] = []
  let links = 0
  while (todo.length > 0) {
    const part = todo.shift() as string
    if (part === '.') continue
    if (part === '..') {
      done.pop()
      continue
    }
    const here = `/${[...done, part].join('/')}`
    const isLast = todo.length === 0
    const target = isLast && !options.last ? undefined : linkTarget(here)
    if (target === undefined) {
      done.push(part)
      continue
    }
    links += 1
    if (links > MAX_LINKS) throw new TargetError(`${options.label}: too many symbolic links in ${path}`)
    if (target.startsWith('/')) done.length = 0
    todo.unshift(...target.split('/').filter((p) => p !== ''))
  }
  return `/${done.join('/')}`
}

/** @throws TargetError unless `path` is absolute and holds no empty, `.` or `..` part and no NUL */
export function assertPlain(path: string): void {
  const parts = path.split('/')
  const plain =
    path === '/' ||
    (parts.length > 1 && parts[0] === '' && parts.slice(1).every((p) => p !== '' && p !== '.' && p !== '..'))
  if (!plain || path.includes('\0')) throw new TargetError(`not a plain absolute path: ${JSON.stringify(path)}`)
}
