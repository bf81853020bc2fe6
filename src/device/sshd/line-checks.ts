import { isIP } from '../../base/host/addresses.ts'
import type { Release } from '../inspect/inventory.ts'
import { type AlgorithmKind, unknownAlgorithms } from './algorithms.ts'
import { networkOf, numberOf } from './networks.ts'
import { portOf } from './ports.ts'

/**
 * Says what is wrong with the arguments of a keyword; undefined: sshd would start with them.
 *
 * @param rest all that follows the keyword, as written
 */
export type Check = (args: readonly string[], release: Release, rest: string) => string | undefined

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
  (args, release, rest) => {
    if (args.length === 1 && words.includes(args[0] as string)) return undefined
    if (words.some((word) => args.includes(word))) return `holds ${words.join(' or ')}, which must be the only value`
    return otherwise(args, release, rest)
  }

export const algorithms =
  (kind: AlgorithmKind): Check =>
  ([list = '', ...rest], release) => {
    if (rest.length > 0) return 'must be one list, joined by commas without spaces'
    const unknown = unknownAlgorithms(release, kind, list)
    return unknown.length === 0 ? undefined : `names what the sshd of ${release} does not know: ${unknown.join(', ')}`
  }

/** What sshd's int holds (misc.c, atoi_err). */
export function isInt(text: string): boolean {
  return /^\+?\d{1,12}$/.test(text) && Number(text) < 2 ** 31
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
    const [, host, port = ''] = /^(?:(\[[^\]]*\]|[^[:/][^:/]*):)?([^:]+)$/.exec(text) ?? []
    return (host !== undefined || !needsHost) && (port === '*' || (portOf(port) ?? 0) > 0)
  }

/** Patterns of addresses, joined by commas, none of them a network with bits of a host (addrmatch.c, addr_match_list). */
export function isAddressList(list: string): boolean {
  return list.split(',').every((word) => {
    const pattern = word.replace(/^!/, '')
    const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,9}))?$/.exec(pattern) ?? []
    return pattern !== '' && (isIP(address) === 0 || prefix === undefined || isNetwork(pattern))
  })
}

/**
 * An address, or a network without host bits: others make sshd refuse the list (addrmatch.c, addr_match_list).
 *
 * @internal exported for the tests
 */
export function isNetwork(text: string): boolean {
  const network = networkOf(text)
  const [address = ''] = text.split('/')
  return network !== undefined && numberOf(address, network.family) === network.first
}
