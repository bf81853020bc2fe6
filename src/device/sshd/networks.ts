import { isIP } from '../../base/host/addresses.ts'
import { matchWildcards } from '../formats/wildcards.ts'

/** All addresses of one family from the first to the last, both as numbers. */
export interface Network {
  /** As written, or in CIDR where it was a pattern. */
  readonly text: string
  readonly family: 4 | 6
  readonly first: bigint
  readonly last: bigint
}

/** All addresses of a family. */
const WORLDS: readonly Network[] = [networkOf('0.0.0.0/0') as Network, networkOf('::/0') as Network]

/** `192.0.2.0/24`, `2001:db8::1`, as a range; undefined: it is neither an address nor a network. */
export function networkOf(text: string): Network | undefined {
  const [address = '', length, ...more] = text.split('/')
  const family = isIP(address) as 0 | 4 | 6
  if (family === 0 || more.length > 0 || address.includes('%') || !/^\d{0,3}$/.test(length ?? '')) return undefined
  const width = widthOf(family)
  const prefix = length === undefined ? width : Number(length)
  if (length === '' || prefix > width) return undefined
  const rest = 1n << BigInt(width - prefix)
  const number = numberOf(address, family)
  const first = number - (number % rest)
  return { text, family, first, last: first + rest - 1n }
}

/** The address as a number: 32 or 128 bits. */
export function numberOf(address: string, family: 4 | 6): bigint {
  const join = (parts: readonly string[], radix: bigint, prefix: string) =>
    parts.reduce((sum, part) => sum * radix + BigInt(prefix + part), 0n)
  if (family === 4) return join(address.split('.'), 256n, '')
  const groups = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
  )
  const [head = [], tail = []] = groups.split('::').map((half) => half.split(':').filter((group) => group !== ''))
  const gap = Array.from({ length: 8 - head.length - tail.length }, () => '0')
  return join([...head, ...gap, ...tail], 65_536n, '0x')
}

/** More blocks than this, and a pattern is not told apart: each costs a visit of every account. */
const MOST_BLOCKS = 64

/** What a pattern of the text of an address stands for: networks, `all`, `none`, or `unclear`: what networks do not say. */
export function reachOf(pattern: string): readonly Network[] | 'all' | 'none' | 'unclear' {
  if (/^\*+$/.test(pattern)) return 'all'
  const network = networkOf(pattern)
  if (network !== undefined) return [network]
  if (!/[*?]/.test(pattern) || /[^0-9a-f:.*?]/i.test(pattern)) return 'none'
  // `10.*` and `10.1.*.*`; `2001:db8:*`, where no group is 0 and could be written as `::`.
  const four = /^((?:\d{1,3}\.){1,3})[*](?:\.[*])*$/.exec(pattern)?.[1]?.split('.').slice(0, -1)
  if (four !== undefined) {
    const network = networkOf(`${[...four, '0', '0', '0'].slice(0, 4).join('.')}/${four.length * 8}`)
    return network === undefined ? 'none' : [network]
  }
  const octets = pattern.split('.')
  if (octets.length === 4 && !pattern.includes(':')) return ofOctets(octets)
  const six = /^((?:[1-9a-f][0-9a-f]{0,3}:){1,7})[*]$/.exec(pattern)?.[1]?.split(':').slice(0, -1)
  const prefix = six && networkOf(`${six.join(':')}::/${six.length * 16}`)
  return prefix === undefined ? 'unclear' : [prefix]
}

/** With its three dots written out, no wildcard of a pattern stands for one: each octet is judged by itself. */
function ofOctets(octets: readonly string[]): readonly Network[] | 'none' | 'unclear' {
  const ranges = octets.map((octet) => rangesOf(octet))
  const whole = ranges.findLastIndex((found) => found.length !== 1 || found[0]?.size !== 256) + 1
  const count = ranges.slice(0, whole).reduce((product, found, i) => {
    const singles = found.reduce((sum, { size }) => sum + size, 0)
    return product * (i === whole - 1 ? found.length : singles)
  }, 1)
  if (count === 0) return 'none'
  if (count > MOST_BLOCKS) return 'unclear'
  if (whole === 0) return [WORLDS[0] as Network]
  let bases: readonly string[] = ['']
  for (const found of ranges.slice(0, whole - 1)) {
    const values = found.flatMap(({ first, size }) => Array.from({ length: size }, (_, i) => first + i))
    bases = bases.flatMap((base) => values.map((value) => `${base}${value}.`))
  }
  const rest = '.0'.repeat(4 - whole)
  const last = ranges[whole - 1] as readonly OctetRange[]
  return bases.flatMap((base) =>
    last.map(({ first, size }) => networkOf(`${base}${first}${rest}/${whole * 8 - Math.log2(size)}`) as Network),
  )
}

interface OctetRange {
  readonly first: number
  /** A power of two that divides `first`. */
  readonly size: number
}

const SIZES = [256, 128, 64, 32, 16, 8, 4, 2, 1] as const

/** The octets whose text a pattern matches, in as few blocks as make a network. */
function rangesOf(pattern: string): readonly OctetRange[] {
  const matches = Array.from({ length: 256 }, (_, octet) => matchWildcards(pattern, String(octet)))
  const found: OctetRange[] = []
  let first = 0
  while (first < 256) {
    const size = SIZES.find((one) => first % one === 0 && matches.slice(first, first + one).every((isOne) => isOne))
    if (size !== undefined) found.push({ first, size })
    first += size ?? 1
  }
  return found
}

/** A part of all addresses that the given networks do not divide further, and an address in it. */
export interface Region {
  readonly network: Network
  readonly address: string
}

/** The parts into which networks divide the two families: of each what is in no smaller one, if anything is. */
export function regionsOf(networks: readonly Network[]): readonly Region[] {
  const all = unique([...WORLDS, ...networks])
  return all.flatMap((network) => {
    const smaller = all.filter((other) => other !== network && contains(network, other))
    const edges = [network.first, ...smaller.map(({ last }) => last + 1n), network.last]
    const free = edges.find(
      (edge) => edge <= network.last && !smaller.some(({ first, last }) => first <= edge && edge <= last),
    )
    return free === undefined ? [] : [{ network, address: addressOf(free, network.family) }]
  })
}

export function contains(outer: Network, inner: Network): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last
}

function unique(networks: readonly Network[]): readonly Network[] {
  const found = new Map(networks.map((network) => [`${network.family} ${network.first} ${network.last}`, network]))
  return [...found.values()]
}

/** As getnameinfo(3) writes it, which patterns are held against. */
function addressOf(number: bigint, family: 4 | 6): string {
  const [count, bits] = family === 4 ? [4, 8n] : [8, 16n]
  const parts = Array.from({ length: count }, (_, i) => (number >> (BigInt(count - 1 - i) * bits)) % (1n << bits))
  if (family === 4) return parts.join('.')
  const text = `:${parts.map((part) => part.toString(16)).join(':')}:`
  const zeros = (text.match(/:0(:0)+(?=:)/g) ?? []).reduce((best, run) => (run.length > best.length ? run : best), '')
  const short = zeros === '' ? text : text.replace(zeros, ':')
  return short.replace(/^:(?!:)/, '').replace(/(?<!:):$/, '')
}

function widthOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128
}
