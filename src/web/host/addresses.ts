/** Addresses where there is no `node:net`; the same answers as `src/base/host/addresses.ts`, which a test compares. */

const V4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/
/** What follows the `%` of a scoped address (RFC 4007). */
const ZONE = /^[0-9a-z.:-]+$/i

/** Which family a text is an address of: 4, 6, or 0 when it is none. */
export function isIP(text: string): number {
  if (V4.test(text)) return 4
  const [address = '', ...zones] = text.split('%')
  const isScoped = zones.length === 1 && ZONE.test(zones[0] ?? '')
  return (zones.length === 0 || isScoped) && bitsOf6(address) !== undefined ? 6 : 0
}

/** Whether an address lies in a network; see `src/base/host/addresses.ts`. */
export function isInNetwork(address: string, network: string, length: number): boolean {
  const version = isIP(network)
  if (version === 0 || isIP(address) !== version) return false
  const rest = BigInt((version === 4 ? 32 : 128) - length)
  return bitsOf(address) >> rest === bitsOf(network) >> rest
}

/** @param address a sound one */
function bitsOf(address: string): bigint {
  if (V4.test(address)) return bitsOf4(address)
  return bitsOf6(address.split('%')[0] ?? '') ?? 0n
}

function bitsOf4(address: string): bigint {
  return address.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n)
}

/** RFC 4291, 2.2; undefined: it is not an address. */
function bitsOf6(text: string): bigint | undefined {
  const tail = text.slice(text.lastIndexOf(':') + 1)
  if (tail.includes('.') && !V4.test(tail)) return undefined
  const bits = tail.includes('.') ? bitsOf4(tail) : undefined
  const last = bits === undefined ? tail : `${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`
  const halves = `${text.slice(0, text.length - tail.length)}${last}`.split('::')
  if (halves.length > 2) return undefined
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - left.length - right.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...left, ...Array<string>(missing).fill('0'), ...right]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n)
}
