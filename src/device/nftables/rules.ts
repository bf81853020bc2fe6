import type { Family } from '../net/address.ts'
import type { Hooked } from '../netfilter/admitted.ts'
import { NOBODY, unknown } from '../netfilter/answers.ts'
import { TOO_DEEP, tooDeep } from '../netfilter/depth.ts'
import { matchesOf } from '../netfilter/iptables-match.ts'
import type { Chain, FilterRule, Match, Packet } from '../netfilter/ruleset.ts'
import { type NftChain, readNft, type Statement } from './statements.ts'

export interface NftRules {
  readonly hooked: readonly Hooked[]
  /** Lines that do something else than write chains and sets out. */
  readonly others: readonly number[]
  /** Why the kernel takes none of it. */
  readonly refused: { readonly line: number; readonly because: string } | undefined
}

const FAMILIES: Readonly<Record<string, readonly Family[]>> = { inet: [4, 6], ip: [4], ip6: [6] }
const HOOKS: Readonly<Record<string, Hooked['hook']>> = {
  prerouting: 'input',
  input: 'input',
  output: 'output',
  postrouting: 'output',
}

/** The chains of a ruleset of nft(8) that packets to and from the device itself pass. */
export function nftRules(text: string, file: string): NftRules {
  const { chains, others } = readNft(text)
  const tables = new Map<string, Map<string, Chain>>()
  for (const { table, name, statements } of chains) {
    const own = tables.get(table) ?? new Map<string, Chain>()
    own.set(name, {
      policy: statements.some(({ words }) => words.join(' ') === 'policy drop') ? 'DROP' : 'ACCEPT',
      rules: statements.flatMap((statement) => rulesOf(statement, file)),
    })
    tables.set(table, own)
  }
  const deep = [...tables].flatMap(([table, own]) => {
    const starts = chains.filter((chain) => chain.table === table && baseOf(chain) !== undefined)
    return (
      tooDeep(
        own,
        starts.map(({ name }) => name),
      ) ?? []
    )
  })
  const refused = deep[0] && { line: deep[0].line, because: TOO_DEEP }
  return { hooked: refused ? [] : chains.flatMap((chain) => hookedOf(chain, tables)), others, refused }
}

/** `type filter hook input priority filter` makes the kernel call a chain. */
function baseOf({ statements }: NftChain): readonly string[] | undefined {
  return statements.find(({ words }) => words[0] === 'type')?.words
}

function hookedOf(chain: NftChain, tables: ReadonlyMap<string, Map<string, Chain>>): Hooked[] {
  const { table, family, name } = chain
  const base = baseOf(chain)
  const hook = HOOKS[base?.[base.indexOf('hook') + 1] ?? '']
  const isNat = base?.[1] === 'nat'
  const own = tables.get(table)
  // Addresses of the device's own connections alone are translated there.
  if (hook === undefined || own === undefined || (isNat && hook === 'output')) return []
  return (FAMILIES[family] ?? []).map((one) => ({ family: one, hook, isNat, chains: own, chain: name }))
}

const VERDICTS: Readonly<Record<string, string>> = {
  accept: 'ACCEPT',
  drop: 'DROP',
  reject: 'REJECT',
  return: 'RETURN',
}

function rulesOf({ words, line }: Statement, file: string): FilterRule[] {
  if (words[0] === 'type' || words[0] === 'policy') return []
  const place = { file, line, text: words.join(' ') }
  const map = words.indexOf('vmap')
  if (map !== -1 && words.slice(0, map).join(' ') === 'ct state') {
    return elements(words[map + 1] ?? '').flatMap((entry) => {
      const [state = '', ...verdict] = entry.split(/\s*:\s*|\s+/)
      return rulesOf({ words: ['ct', 'state', state, ...verdict], line }, file)
    })
  }
  const { matches, interfaces, rest } = matchesIn(words)
  const [verdict = '', chain = ''] = rest
  const target = verdict === 'jump' || verdict === 'goto' ? chain : (VERDICTS[verdict] ?? verdict.toUpperCase())
  return [{ ...place, matches, interfaces, target, isGoto: verdict === 'goto' }]
}

interface Taken {
  readonly matches: readonly Match[]
  readonly interfaces: readonly string[]
  /** From the verdict on. */
  readonly rest: readonly string[]
}

function matchesIn(words: readonly string[]): Taken {
  const matches: Match[] = []
  const interfaces: string[] = []
  const left = words.filter((word) => word !== '==' && word !== 'in')
  while (left.length > 0 && !isVerdict(left[0] as string)) {
    const first = left.shift() as string
    const key = KEYED.has(first) ? `${first} ${left.shift()}` : first
    const read = MATCHES[key]
    if (key === 'counter') skip(left, /^(packets|bytes|\d+)$/)
    else if (key === 'log') skip(left, /^(prefix|level|group|snaplen|flags|queue-threshold)$/, true)
    else if (key === 'comment') left.shift()
    else if (key === 'limit rate') {
      if (left[0] === 'over') matches.push(() => NOBODY)
      skip(left, /^(over|until|burst|packets|bytes|[\d/a-z]*\d[\d/a-z]*)$/)
    } else if (read === undefined) {
      matches.push(UNKNOWN)
      while (left.length > 0 && !isVerdict(left[0] as string)) left.shift()
    } else {
      const not = left[0] === '!='
      if (not) left.shift()
      const values = elements(left.shift() ?? '')
      if (key === 'iifname' || key === 'iif' || key === 'meta iifname') interfaces.push(...values.map(pattern))
      matches.push(read(values, not))
    }
  }
  return { matches, interfaces, rest: left }
}

const UNKNOWN: Match = ({ family }) => unknown(family)
const KEYED = new Set(['ip', 'ip6', 'tcp', 'udp', 'th', 'ct', 'meta', 'icmp', 'icmpv6', 'limit', 'fib', 'ether'])

function isVerdict(word: string): boolean {
  return (
    VERDICTS[word] !== undefined ||
    /^(jump|goto|continue|queue|dnat|snat|redirect|masquerade|tproxy|notrack)$/.test(word)
  )
}

function skip(words: string[], known: RegExp, withValue = false): void {
  while (known.test(words[0] ?? '')) words.splice(0, withValue ? 2 : 1)
}

/** `{ a, b }`, `a,b` or `a`; of a set that has a name (`@x`, `$x`) nothing is known. */
function elements(word: string): string[] {
  if (/[@$]/.test(word)) return []
  return word
    .replace(/^\{|\}$/g, '')
    .split(',')
    .map((part) => part.trim().replaceAll('"', ''))
    .filter((part) => part !== '')
}

const pattern = (name: string) => name.replace(/\*$/, '+')

type Read = (values: readonly string[], not: boolean) => Match

/** The same question in the words of iptables. */
const as =
  (name: string, change: (value: string) => string = String): Read =>
  (values, not) => {
    if (values.length === 0) return UNKNOWN
    const [match] = matchesOf([{ module: '', options: [{ name, not, values: [values.map(change).join(',')] }] }])
    return match as Match
  }

/** In IPv4 or IPv6 alone. */
const only =
  (family: Family, read: Read): Read =>
  (values, not) =>
  (packet) =>
    packet.family === family ? read(values, not)(packet) : NOBODY

/** One of the values is enough; with `!=` it has to be none. */
const oneOf =
  (name: string, change: (value: string) => string): Read =>
  (values, not) =>
  (packet) => {
    const answers = values.map((value) => as(name, change)([value], not)(packet))
    const isYes = (clients: readonly unknown[]) => clients.length > 0
    const found = not ? answers.find(({ clients }) => !isYes(clients)) : answers.find(({ clients }) => isYes(clients))
    return found ?? answers[0] ?? unknown(packet.family)
  }

const range = (value: string) => value.replace('-', ':')
const never: Read = () => () => NOBODY

/** A port of one protocol alone. */
const port =
  (own: Packet['protocol'], name: string): Read =>
  (values, not) =>
  (packet) =>
    packet.protocol === own ? as(name, range)(values, not)(packet) : NOBODY
const protocol: Read = (values, not) =>
  oneOf('--protocol', String)(
    values.map((value) => (value === 'ipv6-icmp' || value === 'icmp' ? 'icmp' : value)),
    not,
  )
const interfaceIs = oneOf('--in-interface', pattern)
const outIs = oneOf('--out-interface', pattern)
const source = (values: readonly string[], not: boolean): Match =>
  values.some((value) => value.includes('-')) ? ({ family }) => unknown(family) : as('--source')(values, not)

const MATCHES: Readonly<Record<string, Read>> = {
  iif: interfaceIs,
  iifname: interfaceIs,
  'meta iifname': interfaceIs,
  oif: outIs,
  oifname: outIs,
  'ip saddr': only(4, source),
  'ip6 saddr': only(6, source),
  'ip daddr': only(4, as('--destination')),
  'ip6 daddr': only(6, as('--destination')),
  'ip protocol': only(4, protocol),
  'ip6 nexthdr': only(6, protocol),
  'meta l4proto': protocol,
  'meta nfproto': (values, not) => (packet) =>
    values.length === 0
      ? unknown(packet.family)
      : values.includes(packet.family === 4 ? 'ipv4' : 'ipv6') === not
        ? NOBODY
        : as('--protocol')(['all'], false)(packet),
  'tcp dport': port('tcp', '--dports'),
  'udp dport': port('udp', '--dports'),
  'th dport': as('--dports', range),
  'tcp sport': port('tcp', '--sports'),
  'udp sport': port('udp', '--sports'),
  'icmp type': never,
  'icmpv6 type': never,
  'ct state': as('--ctstate'),
}
