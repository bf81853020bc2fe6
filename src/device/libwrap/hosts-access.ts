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
  return logicalLines(read(file) ?? '').flatMap(({ text, line }) => {
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
}

/** Lines that continue after a backslash are one; what begins with `#` and blank ones are none. */
function logicalLines(text: string): { readonly text: string; readonly line: number }[] {
  const found: { text: string; line: number }[] = []
  let open = false
  for (const [i, raw] of text.split('\n').entries()) {
    const goesOn = raw.endsWith('\\')
    const part = goesOn ? raw.slice(0, -1) : raw
    const last = found.at(-1)
    if (open && last !== undefined) last.text += part
    else found.push({ text: part, line: i + 1 })
    open = goesOn
  }
  return found.filter(({ text: one }) => !/^(#|[ \t\r]*$)/.test(one))
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
