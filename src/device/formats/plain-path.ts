/**
 * A path as a file of the device spells it, in the spelling that a tree takes: `/a//b/../c/` is `/a/c`. A relative one
 * begins at `folder`. Undefined: no program can open it.
 */
export function plainPath(path: string, folder = '/'): string | undefined {
  if (path.includes('\0')) return undefined
  const parts: string[] = []
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}
