export type Family = 4 | 6

/** An address or a network. `mask` may have holes for IPv4 (`255.0.255.0`), as ufw and iptables allow. */
export interface Network {
  readonly family: Family
  readonly bits: bigint
  readonly mask: bigint
}

const WIDTH = { 4: 32, 6: 128 } as const
const FULL = { 4: 0xffff_ffffn, 6: (1n << 128n) - 1n } as const
const full = (family: Family) => FULL[family]

/** Reads `ADDRESS`, `ADDRESS/PREFIX` or (IPv4) `ADDRESS/NETMASK`; undefined when it is none of them. */
export function parseNetwork(text: string): Network | undefined {
  const [host = '', suffix, ...more] = text.toLowerCase().split('/')
  if (more.length > 0) return undefined
  const family: Family = host.includes(':') ? 6 : 4
  const bits = family === 4 ? parse4(host) : parse6(host)
  const mask = parseMask(suffix, family)
  if (bits === undefined || mask === undefined) return undefined
  return { family, bits: family === 4 ? bits & mask : bits, mask }
}

/** As ufw writes it: a single host without a prefix, IPv6 in short form and with the host bits that were typed. */
export function ufwText(network: Network): string {
  const { family, bits, mask } = network
  const prefix = prefixOf(mask, family)
  const tail = mask === full(family) ? '' : `/${prefix ?? formatBits(family, mask)}`
  return `${formatBits(family, bits)}${tail}`
}

/** Whether every address of `inner` is in `outer`. */
export function covers(outer: Network, inner: Network): boolean {
  return (
    outer.family === inner.family &&
    (outer.mask & inner.mask) === outer.mask &&
    (inner.bits & outer.mask) === (outer.bits & outer.mask)
  )
}

/** Whether the mask has no holes: the network is what CIDR can say. */
export function isPrefix({ family, mask }: Network): boolean {
  const rest = full(family) ^ mask
  return (rest & (rest + 1n)) === 0n
}

/** The highest address of a network whose mask has no holes. */
export function lastOf({ family, bits, mask }: Network): bigint {
  return (bits & mask) | (full(family) ^ mask)
}

/** `192.0.2.0/24`, `2001:db8::/32`: without host bits. */
export function cidr(network: Network): string {
  return ufwText({ ...network, bits: network.bits & network.mask })
}

/** An address of a family as text. */
export function formatBits(family: Family, bits: bigint): string {
  return family === 4 ? format4(bits) : format6(bits)
}

function parseMask(text: string | undefined, family: Family): bigint | undefined {
  if (text === undefined) return full(family)
  if (family === 4 && text.includes('.')) return parse4(text)
  if (!/^(0|[1-9]\d{0,2})$/.test(text)) return undefined
  const prefix = Number(text)
  if (prefix > WIDTH[family]) return undefined
  return full(family) ^ (full(family) >> BigInt(prefix))
}

function prefixOf(mask: bigint, family: Family): number | undefined {
  const ones = mask.toString(2).padStart(WIDTH[family], '0').replace(/0+$/, '')
  return ones.includes('0') ? undefined : ones.length
}

function parse4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined
  }
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n)
}

function format4(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.')
}

function parse6(text: string): bigint | undefined {
  const dotted = /^(.*:)([\d.]+)$/.exec(text)
  if (dotted?.[2]?.includes('.')) {
    const tail = parse4(dotted[2])
    if (tail === undefined) return undefined
    return parse6(`${dotted[1]}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`)
  }
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail]
  if (!groups.every((group) => /^[\da-f]{1,4}$/.test(group))) return undefined
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n)
}

/** As glibc's inet_ntop: the first longest run of zero groups becomes `::`, mapped IPv4 stays dotted. */
function format6(bits: bigint): string {
  if (bits >> 32n === 0xffffn) return `::ffff:${format4(bits & 0xffffffffn)}`
  if (bits >> 32n === 0n && bits >> 16n !== 0n) return `::${format4(bits)}`
  const groups = Array.from({ length: 8 }, (_, i) => ((bits >> BigInt(112 - 16 * i)) & 0xffffn).toString(16))
  const text = groups.join(':')
  const runs = [...text.matchAll(/(?<![^:])0(?::0)+(?![^:])/g)]
  const longest = runs.reduce((best, run) => (run[0].length > best.length ? run[0] : best), '')
  if (longest === '') return text
  const at = runs.find((run) => run[0] === longest)?.index ?? 0
  const before = text.slice(0, at).replace(/:$/, '')
  const after = text.slice(at + longest.length).replace(/^:/, '')
  return `${before}::${after}`
}
