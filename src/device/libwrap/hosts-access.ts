import { utf8 } from '../../base/host/bytes.ts'
import { matchWildcards } from '../formats/wildcards.ts'
import { type Admitted, admitted } from '../netfilter/admitted.ts'
import { unknown } from '../netfilter/answers.ts'
import type { Chains, FilterRule, Match } from '../netfilter/ruleset.ts'
import { clientMatches } from './clients.ts'

const ALLOW = '/etc/hosts.allow'
const DENY = '/etc/hosts.deny'
/** Options that leave the verdict as it is (hosts_options(5)). */
const HARMLESS = /^(spawn|severity|rfc931|keepalive|linger|nice|setenv|umask|user|banners)\b/i

/**
 * Whom the TCP wrapper lets through to a daemon (hosts_access(5)): the first line of hosts.allow that matches lets in, then
 * the first of hosts.deny that matches turns away, then everybody is let in. So it is a chain of rules.
 *
 * @param read the text of a file of the device; undefined: there is none
 */
export function hostsAccess(daemon: string, read: (path: string) => string | undefined): Admitted {
  const rules = [...rulesOf(ALLOW, 'ACCEPT', daemon, read), ...rulesOf(DENY, 'DROP', daemon, read)]
  if (rules.length === 0) return OPEN
  const chains: Chains = new Map([['hosts', { policy: 'ACCEPT', rules }]])
  const hooked = ([4, 6] as const).map((family) => ({
    family,
    hook: 'input' as const,
    isNat: false,
    chains,
    chain: 'hosts',
  }))
  return admitted(hooked, 22)
}

const OPEN = admitted([], 22)

function rulesOf(
  file: string,
  usual: 'ACCEPT' | 'DROP',
  daemon: string,
  read: (path: string) => string | undefined,
): FilterRule[] {
  const lines = logicalLines(read(file) ?? '')
  const cut = lines.findIndex(isUnreadable)
  const end: FilterRule[] = cut === -1 || usual === 'ACCEPT' ? [] : [turnAwayAll(file, lines[cut] as Line)]
  const rules = lines
    .slice(0, cut === -1 ? undefined : cut)
    .filter(isRule)
    .flatMap(({ text, line }) => {
      const [daemons = '', clients, ...options] = fieldsOf(text)
      if (clients === undefined) return []
      const matched = daemonMatches(wordsOf(daemons), daemon)
      if (matched === false) return []
      return clientMatches(wordsOf(clients), read).map((matches) => ({
        file,
        line,
        text,
        matches: matched === true ? matches : [...matches, matched],
        interfaces: [],
        target: targetOf(options, usual),
        isGoto: false,
      }))
    })
  return [...rules, ...end]
}

interface Line {
  readonly text: string
  readonly line: number
  /** The file ends before the line does. */
  readonly isOpen: boolean
}

/** The wrapper's room for a line, without its end: a longer one counts as an error of the file, a comment too. */
const LONGEST = 2046

/**
 * With a line that is too long, or whose end is missing, the reading of its file ends: in hosts.allow without a match, in
 * hosts.deny with one, so that everybody is turned away (table_match in hosts_access.c with Debian's changes, seen in both
 * releases).
 */
function isUnreadable({ text, isOpen }: Line): boolean {
  return isOpen || utf8(text).length > LONGEST
}

function turnAwayAll(file: string, { text, line }: Line): FilterRule {
  return { file, line, text, matches: [], interfaces: [], target: 'DROP', isGoto: false }
}

/** Lines that continue after a backslash are one, and so are those that a NUL cuts off (xgets in misc.c). */
function logicalLines(text: string): Line[] {
  const found: { text: string; line: number; isOpen: boolean }[] = []
  let last = { text: '', line: 0, isOpen: false }
  const raws = text.split('\n')
  for (const [i, raw] of raws.entries()) {
    const nul = raw.indexOf('\0')
    const part = nul === -1 ? raw.replace(/\\$/, '') : raw.slice(0, nul)
    const isEnd = i === raws.length - 1
    if (last.isOpen) last.text += part
    else last = { text: part, line: i + 1, isOpen: true }
    const goesOn = isEnd || part.length < raw.length
    if (!goesOn || (isEnd && last.text !== '')) found.push(last)
    last.isOpen = goesOn
  }
  return found
}

/** What begins with `#` and blank lines say nothing. */
function isRule({ text }: Line): boolean {
  return !/^(#|[ \t\r]*$)/.test(text)
}

/** Fields are parted by `:` outside of brackets; a backslash takes the next one as it is. */
function fieldsOf(text: string): string[] {
  return [...text.matchAll(/(?:^|:)((?:\\.|\[[^\]]*\]|[^:\\])*)/g)].map(([, field = '']) => field.trim())
}

function wordsOf(list: string): string[] {
  return list.split(/[ ,\t\r\n]+/).filter((word) => word !== '')
}

/** Whether a list names the daemon; a match is given where that hangs on the address that it is reached at. */
function daemonMatches(words: readonly string[], daemon: string): boolean | Match {
  const except = words.indexOf('EXCEPT')
  const listed = except === -1 ? words : words.slice(0, except)
  const one = listed.find((word) => isDaemon(word.split('@')[0] as string, daemon))
  if (one === undefined) return false
  if (except !== -1) {
    const others = daemonMatches(words.slice(except + 1), daemon)
    if (others === true) return false
    if (others !== false) return others
  }
  return !one.includes('@') || (({ family }) => unknown(family))
}

function isDaemon(pattern: string, daemon: string): boolean {
  return /^all$/i.test(pattern) || matchWildcards(pattern.toLowerCase(), daemon.toLowerCase())
}

/** What a line does in the end: an option may turn it round, and one that is not known turns away. */
function targetOf(options: readonly string[], usual: 'ACCEPT' | 'DROP'): string {
  let target: string = usual
  for (const option of options) {
    if (/^allow$/i.test(option)) target = 'ACCEPT'
    else if (/^(deny|twist\b.*)$/i.test(option)) target = 'DROP'
    else if (/^aclexec\b/i.test(option)) target = 'ACLEXEC'
    // The one field of a line without options is a command (hosts_access(5)).
    else if (!HARMLESS.test(option) && option !== '') target = 'DROP'
  }
  return target
}
