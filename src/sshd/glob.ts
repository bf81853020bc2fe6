import { bytewise } from '../order.ts'
import type { Tree } from '../tree/tree.ts'

/**
 * The files that an `Include` pattern names, resolved inside the tree: `*`, `?`, `[…]` in any part of the path, a leading
 * dot only by a dot, sorted by byte (glob(7) in the C locale, as sshd runs).
 */
export function globInside(tree: Tree, pattern: string): readonly string[] {
  const absolute = pattern.startsWith('/') ? pattern : `/etc/ssh/${pattern}`
  let found = ['']
  for (const part of absolute.split('/').filter((p) => p !== '' && p !== '.')) {
    const matches = partMatcher(part)
    found = found.flatMap((directory) =>
      (tree.lstat(tree.resolve(directory || '/'))?.kind === 'directory' ? tree.list(directory || '/') : [])
        .filter(matches)
        .map((name) => `${directory}/${name}`),
    )
  }
  return found.filter((path) => tree.lstat(tree.resolve(path)) !== undefined).sort(bytewise)
}

function partMatcher(part: string): (name: string) => boolean {
  const source = part.replace(/\[(!?)(\]?[^\]]*)\]|\\(.)|[\s\S]/g, (char, not, set, escaped) => {
    if (set !== undefined) return `[${not === '!' ? '^' : ''}${set.replace(/[\\\]^]/g, '\\$&')}]`
    if (escaped !== undefined) return literal(escaped)
    return char === '*' ? '.*' : char === '?' ? '.' : literal(char)
  })
  const whole = new RegExp(`^${source}$`, 's')
  return (name) => whole.test(name) && (!name.startsWith('.') || part.startsWith('.'))
}

function literal(char: string): string {
  return char.replace(/[.*+?^${}()|[\]\\/]/, '\\$&')
}
