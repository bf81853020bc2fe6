import { type Family, formatBits, parseNetwork } from '../net/address.ts'
import { intersection, rangeSet, WORLD } from '../net/network-set.ts'
import { clientsOf, NOBODY, negated, unknown } from '../netfilter/answers.ts'
import type { Answer, Match, Packet } from '../netfilter/ruleset.ts'

type Read = (path: string) => string | undefined

/** A file may name another one (`/etc/hosts.more`), and that none that names the first. */
const DEEPEST = 8

/**
 * The words of a client list, each as what a rule of its own asks; `EXCEPT` takes those of the rest away from each
 * (list_match in hosts_access.c).
 */
export function clientMatches(words: readonly string[], read: Read): Match[][] {
  const except = words.indexOf('EXCEPT')
  const listed = except === -1 ? words : words.slice(0, except)
  const others = except === -1 ? [] : [notIn(words.slice(except + 1), read)]
  return listed.map((word) => [({ family }) => clientAnswer(word, family, read, 0), ...others])
}

function notIn(words: readonly string[], read: Read): Match {
  const taken = clientMatches(words, read)
  // Each word of the list before asks, and each of the list behind the next `EXCEPT`: they would ask for all products.
  const known = new Map<Family, Answer>()
  return (packet) => {
    const found = known.get(packet.family) ?? negated(either(taken.map(asked(packet))), packet.family)
    known.set(packet.family, found)
    return found
  }
}

function asked(packet: Packet): (matches: readonly Match[]) => Answer {
  return (matches) => both(matches.map((match) => match(packet)))
}

function both(answers: readonly Answer[]): Answer {
  return answers.reduce((a, b) => ({ clients: intersection(a.clients, b.clients), sure: a.sure && b.sure }))
}

/** What is not sure may be anybody: then nothing of the whole is. */
function either(answers: readonly Answer[]): Answer {
  const some = answers.filter(({ clients }) => clients.length > 0)
  return {
    clients: rangeSet(some.flatMap(({ clients }) => clients)),
    sure: some.every(({ sure }) => sure),
  }
}

/** Names of hosts and users are asked of others: whether such a word matches, the device alone cannot say. */
function clientAnswer(word: string, family: Family, read: Read, depth: number): Answer {
  if (/^all$/i.test(word)) return { clients: [WORLD[family]], sure: true }
  if (word.startsWith('/')) {
    if (depth >= DEEPEST) return unknown(family)
    const words = (read(word) ?? '').split(/\s+/).filter((one) => one !== '')
    return either(words.map((one) => clientAnswer(one, family, read, depth + 1)))
  }
  const network = networkOf(word)
  if (network === 'none') return NOBODY
  return network === undefined ? unknown(family) : clientsOf([network], family)
}

/** `10.`, `10.1.2.3`, `10.0.0.0/8`, `[2001:db8::]/32`, `10.1.*`; undefined: it asks for a name. */
function networkOf(word: string): ReturnType<typeof parseNetwork> | 'none' {
  const six = /^\[([^\]]*)\](?:\/(\d+))?$/.exec(word)
  if (six !== null) return parseNetwork(`${six[1]}/${six[2] ?? 128}`) ?? 'none'
  // Its colons part fields unless they are in brackets.
  if (word.includes(':')) return 'none'
  const parts = /^((?:\d{1,3}\.){1,3})(?:\*(?:\.\*)*)?$/.exec(word)?.[1]?.split('.').slice(0, -1)
  if (parts !== undefined) {
    return parseNetwork(`${[...parts, '0', '0', '0'].slice(0, 4).join('.')}/${parts.length * 8}`) ?? 'none'
  }
  if (word.includes('/')) {
    const network = parseNetwork(word)
    // The address is masked, the network is not: with bits of a host it is nobody's.
    return network === undefined || !word.startsWith(formatBits(4, network.bits)) ? 'none' : network
  }
  const host = parseNetwork(word)
  return host === undefined && /^[\d.]+$/.test(word) ? 'none' : host
}
