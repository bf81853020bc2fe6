import type { Tree } from '../../../storage/tree/tree.ts'
import type { Accounts, PasswdEntry } from '../../formats/accounts.ts'
import { globInside } from '../../sshd/glob.ts'
import { numberedLines, type SourceLine } from '../source-lines.ts'
import { isMember } from '../transaction.ts'

interface Limit {
  /** -1: without a limit. */
  readonly value: number
  readonly at: SourceLine
}

/** The limits of a user by item: `maxlogins` for both ways of counting log-ins, `nonewprivs`, `hard nproc`, `soft chroot` … */
export type Limits = ReadonlyMap<string, Limit>

/** How near a line is to the user; the nearest wins, of two that are as near the later (pam_limits.c, LIMITS_DEF_*). */
const NEARNESS = ['user', 'group', 'allgroup', 'all', 'default'] as const
type Nearness = (typeof NEARNESS)[number]

const ITEMS =
  /^(cpu|fsize|data|stack|core|rss|nproc|nofile|memlock|as|locks|sigpending|msgqueue|nice|rtprio|maxlogins|maxsyslogins|priority|nonewprivs|chroot)$/

/** The files that are read: /etc/security/limits.conf and limits.d, or the one of `conf=`. */
export function limitFiles(root: Tree, conf: string | undefined): readonly string[] {
  return conf === undefined
    ? ['/etc/security/limits.conf', ...globInside(root, '/etc/security/limits.d/*.conf')]
    : [conf]
}

/** What pam_limits would set for a user; `USER -` ends the reading of all files without any limit. */
export function limitsOf(root: Tree, accounts: Accounts, user: PasswdEntry, files: readonly string[]): Limits {
  const found = new Map<string, Limit & { readonly nearness: number }>()
  for (const { text, at } of files.flatMap((file) => numberedLines(root, file))) {
    const [domain = '', type = '', item = '', value = ''] = split(text.replace(/#.*/s, ''))
    const near = nearnessOf(domain, accounts, user)
    if (type.startsWith('-') && item === '' && near !== undefined && near !== 'default' && near !== 'all') {
      return new Map()
    }
    const amount = amountOf(item, value)
    if (
      near === undefined ||
      amount === undefined ||
      ((near === 'all' || near === 'allgroup') && item !== 'maxlogins')
    ) {
      continue
    }
    const nearness = NEARNESS.indexOf(near)
    for (const key of keysOf(type, item)) {
      if ((found.get(key)?.nearness ?? nearness) >= nearness) found.set(key, { value: amount, at, nearness })
    }
  }
  return found
}

function split(line: string): readonly string[] {
  const [, domain = '', type = '', item = '', value = ''] =
    /^[ \t]*([^ \t]*)[ \t]*([^ \t]*)[ \t]*([^ \t]*)[ \t]*(.*?)[ \t\r]*$/.exec(line) ?? []
  return [domain, type.toLowerCase(), item.toLowerCase(), value.toLowerCase()]
}

function keysOf(type: string, item: string): readonly string[] {
  if (item === 'maxlogins' || item === 'maxsyslogins') return ['maxlogins']
  if (item === 'nonewprivs') return [item]
  if (type === '-') return [`soft ${item}`, `hard ${item}`]
  return type === 'soft' || type === 'hard' ? [`${type} ${item}`] : []
}

function amountOf(item: string, value: string): number | undefined {
  if (!ITEMS.test(item)) return undefined
  if (item === 'chroot') return 1
  if (/^(-1|-|unlimited|infinity)$/.test(value)) return -1
  const digits = /^\s*[+-]?\d+/.exec(value)
  return digits === null ? undefined : Number(digits[0])
}

/** `alice`, `@group`, `%group`, `%`, `*`, and ranges of numbers `1000:`, `:1000`, `1000:2000`; root only by name. */
function nearnessOf(domain: string, accounts: Accounts, user: PasswdEntry): Nearness | undefined {
  if (domain === user.name) return 'user'
  const isRoot = user.uid === 0
  const sign = /^[@%]/.exec(domain)?.[0]
  const name = sign === undefined ? domain : domain.slice(1)
  const range = /^(\d*):(\d*)$/.exec(name)
  if (sign !== undefined) {
    if (isRoot) return undefined
    if (domain === '%') return 'all'
    const isIn = range === null ? isMember(accounts, user, name) : gidIn(range, accounts, user, sign)
    return isIn ? (sign === '@' ? 'group' : 'allgroup') : undefined
  }
  if (range !== null) return inRange(range, user.uid) ? 'user' : undefined
  return domain === '*' && !isRoot ? 'default' : undefined
}

function gidIn(range: RegExpExecArray, accounts: Accounts, user: PasswdEntry, sign: string): boolean {
  if (range[1] !== '') return sign === '@' && inRange(range, user.gid)
  const group = accounts.group.find(({ gid }) => gid === Number(range[2]))
  return group !== undefined && isMember(accounts, user, group.name)
}

/** `N:` from N on, `:N` N itself, `N:M` both and all between. */
function inRange([, from = '', to = '']: RegExpExecArray, id: number): boolean {
  if (from === '') return to !== '' && id === Number(to)
  return id >= Number(from) && (to === '' || id <= Number(to))
}
