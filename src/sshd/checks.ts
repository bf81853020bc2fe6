import { isIP } from 'node:net'
import type { Release } from '../inspect/inventory.ts'
import { type AlgorithmKind, unknownAlgorithms } from './algorithms.ts'

/** Says what is wrong with the arguments of a keyword; undefined: sshd would start with them. */
export type Check = (args: readonly string[], release: Release) => string | undefined

/** Exactly one argument that a test accepts. */
export const single =
  (isFine: (arg: string) => boolean, meaning: string): Check =>
  ([first = '', ...rest]) =>
    rest.length === 0 && isFine(first) ? undefined : `must be ${meaning}`

/** Exactly one of these words; case does not count. */
export const oneOf = (...words: string[]): Check => single((arg) => words.includes(arg.toLowerCase()), words.join(', '))

export const shaped = (pattern: RegExp, meaning: string): Check => single((arg) => pattern.test(arg), meaning)

/** One or more arguments, each of which a test accepts. */
export const each =
  (isFine: (arg: string) => boolean, meaning: string): Check =>
  (args) =>
    args.every(isFine) ? undefined : `must be ${meaning}`

/** One of these words alone, or what the other check accepts. */
export const aloneOr =
  (words: readonly string[], otherwise: Check): Check =>
  (args, release) => {
    if (args.length === 1 && words.includes(args[0] as string)) return undefined
    if (words.some((word) => args.includes(word))) return `holds ${words.join(' or ')}, which must stand alone`
    return otherwise(args, release)
  }

export const algorithms =
  (kind: AlgorithmKind): Check =>
  ([list = '', ...rest], release) => {
    if (rest.length > 0) return 'must be one list, joined by commas without spaces'
    const unknown = unknownAlgorithms(release, kind, list)
    return unknown.length === 0 ? undefined : `names what the sshd of ${release} does not know: ${unknown.join(', ')}`
  }

const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** `30`, `2m`, `1h30m`: a sum that fits sshd's int (misc.c, convtime). */
export function isTime(text: string): boolean {
  if (text === '' || !/^(?:\d+[smhdw])*\d*$/i.test(text)) return false
  const parts = [...text.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)]
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (SECONDS[unit as string] ?? 0), 0) < 2 ** 31
}

/** `HOST:PORT`, `*:80`, `[::1]:*`; without `needsHost` also a port alone (misc.c, hpdelim2; servconf.c, sPermitOpen). */
export const isEndpoint =
  (needsHost: boolean) =>
  (text: string): boolean => {
    const [, host, port = ''] = /^(?:(\[[0-9a-f:.]+\]|[\w.*-]+):)?(\*|\d{1,5})$/i.exec(text) ?? []
    return (host !== undefined || !needsHost) && (port === '*' || (Number(port) >= 1 && Number(port) <= 65_535))
  }

/** An address, or a network without host bits: others make sshd refuse the list (addrmatch.c, addr_match_list). */
export function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/')
  const family = isIP(address) as 0 | 4 | 6
  if (family === 0 || more.length > 0 || address.includes('%')) return false
  if (prefix === undefined) return true
  const width = family === 4 ? 32 : 128
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > width || (family === 6 && address.includes('.'))) return false
  return bitsOf(address, family) % (1n << BigInt(width - Number(prefix))) === 0n
}

function bitsOf(address: string, family: 4 | 6): bigint {
  const join = (parts: readonly string[], radix: bigint, prefix: string) =>
    parts.reduce((sum, part) => sum * radix + BigInt(prefix + part), 0n)
  if (family === 4) return join(address.split('.'), 256n, '')
  const [head = [], tail = []] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''))
  const gap = Array.from({ length: 8 - head.length - tail.length }, () => '0')
  return join([...head, ...gap, ...tail], 65_536n, '0x')
}
