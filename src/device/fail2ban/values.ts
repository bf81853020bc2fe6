import type { Release } from '../inspect/inventory.ts'
import { entryAt } from '../sshd/files.ts'
import { isEncoding } from './encodings.ts'
import type { Fail2banDevice } from './files.ts'
import type { Given } from './interpolate.ts'
import { splitWords, type WithOptions, withOptions } from './option-syntax.ts'
import { notAnInt, pythonInt, repr } from './python.ts'
import { notArithmetic, notSeconds } from './seconds.ts'
import { notTimeZone } from './time-zones.ts'

/** Why the server ends for the value of one setting of a jail; undefined: it takes it. */
export type Check = (value: string, device: Pick<Fail2banDevice, 'release' | 'root'>) => string | undefined

/** server/jail.py, `_BACKENDS`. */
const BACKENDS: Readonly<Record<Release, readonly string[]>> = {
  bookworm: ['pyinotify', 'gamin', 'polling', 'systemd'],
  trixie: ['pyinotify', 'polling', 'systemd'],
}
const JOURNAL_OPTIONS = ['journalpath', 'journalfiles', 'journalflags', 'namespace']

/** The settings of a jail whose values the server judges, in the words of the program it calls for them. */
export const CHECKS: Readonly<Record<string, Check>> = {
  backend,
  datepattern,
  findtime: notSeconds,
  bantime: notSeconds,
  'bantime.maxtime': unlessEmpty(notSeconds),
  'bantime.rndtime': unlessEmpty(notSeconds),
  'bantime.factor': unlessEmpty(notArithmetic),
  'bantime.multipliers': unlessEmpty((value) => firstOf(value.split(' '), notInt)),
  'bantime.formula': unlessEmpty(formula),
  ignorecache,
  ignoreip: (value, { release }) => firstOf(splitWords(value), (address) => mask(address, release)),
  logencoding: (value) => (isEncoding(value) ? undefined : `unknown encoding: ${value}`),
  logtimezone: notTimeZone,
}

function backend(value: string, { release, root }: Parameters<Check>[1]): string | undefined {
  const found = parsed(value)
  if (typeof found === 'string') return found
  const name = found.name.toLowerCase()
  const known = BACKENDS[release]
  if (name !== 'auto' && !known.includes(name)) {
    return `Unknown backend ${name}. Must be among [${known.map(repr).join(', ')}] or 'auto'`
  }
  const taken = name === 'systemd' ? JOURNAL_OPTIONS : []
  const strange = [...found.options.keys()].find((option) => !taken.includes(option))
  if (strange !== undefined) return `unexpected keyword argument ${repr(strange)}`
  const journal = found.options.get('journalpath')
  const isThere = journal === undefined || journal.startsWith('/run/') || entryAt(root, journal) !== undefined
  return isThere ? undefined : `[Errno 2] No such file or directory: ${repr(journal)}`
}

/**
 * Python compiles a formula when the jail begins, and works it out at the first ban. Only what is surely no expression is
 * refused: parentheses that do not match, an end in the middle, two words side by side.
 */
function formula(value: string): string | undefined {
  const isOpen = [...value].reduce((open, char) => (open < 0 ? open : open + depth(char)), 0) !== 0
  const isCut = /(?:[-+*/%<>=.]|\b(?:if|else|and|or|not|in|is))\s*$/.test(value) && !/\d\.\s*$/.test(value)
  const isParted = /\w\s+\w/.test(value.replace(/\b(?:if|else|and|or|not|in|is|lambda|for)\b|"[^"]*"|'[^']*'/g, '+'))
  return isOpen || isCut || isParted ? 'invalid syntax' : undefined
}

function depth(char: string): number {
  return '(['.includes(char) ? 1 : ')]'.includes(char) ? -1 : 0
}

/** datetemplate.py, `DatePatternRegex._patternRE`; Python 3.13 knows `%Od` and the like too. */
const TIME: Readonly<Record<Release, RegExp>> = {
  bookworm: /%(?:Ex[ZzdmHklMSYy]|[dfHIGjmMSUwuVyYzAaBbpZ%WcxXkl]|\([^)]*\)s)/g,
  trixie: /%(?:O[dmyHIMSw]|Ex[ZzdmHklMSYy]|[dfHIGjmMSUwuVyYzAaBbpZ%WXxckl]|\([^)]*\)s)/g,
}

function datepattern(value: string, { release }: Parameters<Check>[1]): string | undefined {
  const bad = value
    .split('\n')
    .find((line) => !line.includes('{DATE}') && line.replace(TIME[release], '').includes('%'))
  return bad && `Failed to set datepattern ${repr(bad)} (may be an invalid format or unescaped percent char)`
}

function ignorecache(value: string): string | undefined {
  const found = parsed(`cache[${value}]`)
  if (typeof found === 'string') return found
  const { options } = found
  if (options.size === 0) return undefined
  if (!options.has('key')) return "'key'"
  return optional(options, 'max-count', notInt) ?? optional(options, 'max-time', notSeconds)
}

function optional(options: Given, name: string, check: (value: string) => string | undefined): string | undefined {
  const value = options.get(name)
  return value === undefined ? undefined : check(value)
}

/** What stands after the `/` of an address (ipdns.py, `__wrap_ipstr`); bookworm's takes it of a name as well. */
function mask(address: string, release: Release): string | undefined {
  const [, before = '', after] = /^\[?([^/]*)\/(.*?)\]?$/.exec(address) ?? []
  if (after === undefined) return undefined
  if (/^\d+\.\d+\.\d+\.\d+$/.test(after))
    return isMask(after) ? undefined : `invalid mask ${repr(after)}, no plen representation`
  if (release === 'trixie' || after.includes(':') || pythonInt(after) !== undefined) return undefined
  return before === '' && after === '' ? undefined : notAnInt(after)
}

function isMask(text: string): boolean {
  const bits = text.split('.').map((part) => Number(part).toString(2).padStart(8, '0'))
  return /^1*0*$/.test(bits.join(''))
}

function parsed(value: string): WithOptions | string {
  try {
    return withOptions(value)
  } catch (error) {
    if (error instanceof RangeError) return error.message
    throw error
  }
}

function notInt(value: string): string | undefined {
  return pythonInt(value) === undefined ? notAnInt(value) : undefined
}

function unlessEmpty(check: (value: string) => string | undefined): Check {
  return (value) => (value === '' ? undefined : check(value))
}

function firstOf(values: readonly string[], check: (value: string) => string | undefined): string | undefined {
  for (const value of values) {
    const found = check(value)
    if (found !== undefined) return found
  }
  return undefined
}
