import { isIP } from '../../base/host/addresses.ts'
import { fnmatch } from '../formats/fnmatch.ts'
import type { Caller } from './caller.ts'

/** `doubtful`: only the device knows. */
type Match = boolean | 'doubtful'

/** A word of capitals names an alias where there is one. */
export function isName(text: string): boolean {
  return /^[A-Z][A-Z0-9_]*$/.test(text)
}

/** A name in a list of users; case does not count (`case_insensitive_user`, `case_insensitive_group`). */
export function userMatches(text: string, { user, uid, groups, gids }: Caller, hasGroupPlugin: boolean): Match {
  if (text.startsWith('+')) return 'doubtful'
  if (text.startsWith('%:')) return hasGroupPlugin && 'doubtful'
  const id = /^%?#(-?\d+)$/.exec(text)?.[1]
  if (id !== undefined) return text.startsWith('%') ? gids.includes(Number(id)) : uid === Number(id)
  if (text.startsWith('%')) return groups.some((group) => isSame(group, text.slice(1)))
  return isSame(user, text)
}

/** A name in a list of hosts: a pattern for names, or an address or network that the device may have. */
export function hostMatches(text: string, hostname: string): Match {
  if (text.startsWith('+') || isIP(text.split('/')[0] as string) !== 0) return 'doubtful'
  const pattern = text.toLowerCase()
  const name = hostname.toLowerCase()
  // The name with its domain is for the resolver to say: a device without one in /etc/hostname may still have it.
  if (pattern.includes('.') && !name.includes('.') && fnmatch(pattern.split('.')[0] as string, name)) return 'doubtful'
  return fnmatch(pattern, name) || fnmatch(pattern, name.split('.')[0] as string)
}

/** A rule's command against one that is called; without arguments of its own the rule takes any. */
export function commandMatches(text: string, called: string): Match {
  const [wanted, given] = [split(text), split(called)]
  const path = pathMatches(wanted.path, given.path)
  return path === true ? argumentsMatch(wanted.args, given.args) : path
}

function split(text: string): { readonly path: string; readonly args: string } {
  const [, path = '', args = ''] = /^(\S*)\s*(.*)$/s.exec(text) ?? []
  return { path, args }
}

function pathMatches(wanted: string, path: string): Match {
  if (wanted === path) return true
  if (wanted.startsWith('^')) return regexMatches(wanted, path)
  if (wanted.endsWith('/')) return path.slice(0, path.lastIndexOf('/') + 1) === wanted
  // Here `*` does not cross a `/` (fnmatch(3), FNM_PATHNAME).
  const [patterns, names] = [wanted.split('/'), path.split('/')]
  return patterns.length === names.length && patterns.every((one, index) => fnmatch(one, names[index] as string))
}

function argumentsMatch(wanted: string, args: string): Match {
  if (wanted === '') return true
  if (wanted === '""') return args === '' || args === '""'
  return wanted === args || (wanted.startsWith('^') ? regexMatches(wanted, args) : fnmatch(wanted, args))
}

/**
 * POSIX extended expressions, which those of JavaScript contain but for classes such as `[[:alpha:]]`. A group that is
 * repeated could keep JavaScript busy for ever.
 */
function regexMatches(expression: string, command: string): Match {
  if (/\[:|\)[*+{]|\\\d/.test(expression)) return 'doubtful'
  try {
    return new RegExp(expression).test(command)
  } catch {
    // sudo passes over an expression that it cannot compile.
    return false
  }
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
