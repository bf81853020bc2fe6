import { TargetError } from '../../base/errors.ts'
import type { Entry, Tree } from '../../storage/tree/tree.ts'

/** What is at the end of a path that sshd would open as root; a loop of links, or one out of the tree, is nothing. */
export function entryAt(root: Tree, path: string): Entry | undefined {
  return orNothing(() => root.lstat(root.resolve(path)))
}

/** Whether a path leads to a file that somebody may run. */
export function isExecutable(root: Tree, path: string): boolean {
  const entry = entryAt(root, path)
  return entry?.kind === 'file' && (entry.mode & 0o111) !== 0
}

/** The text of a regular file; of a directory and of /dev/null it is empty; undefined: it cannot be opened. */
export function textAt(root: Tree, path: string): string | undefined {
  return orNothing(() => {
    const place = root.resolve(path)
    if (place === '/dev/null') return ''
    const kind = root.lstat(place)?.kind
    if (kind === undefined) return undefined
    if (kind === 'directory') return ''
    const content = root.read(place)
    return content && new TextDecoder().decode(content)
  })
}

/** sshd is started in the root directory (systemd.exec(5), WorkingDirectory). */
export function absolute(path: string): string {
  return path.startsWith('/') ? path : `/${path}`
}

function orNothing<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof TargetError) return undefined
    throw error
  }
}
