import { BlockList } from 'node:net'
import type { Reach } from './facts.ts'

/**
 * The networks that two reaches share. Where one is a network inside the other, the narrower is shared; host name
 * patterns (`*.example.org`) cannot be judged offline and share nothing.
 */
export function shared(a: Reach, b: Reach): Reach {
  if (a === 'everywhere') return b
  if (b === 'everywhere') return a
  return [...new Set(a.flatMap((x) => b.flatMap((y) => narrower(x, y))))]
}

/** Is anything reached at all? */
export function reachesSomething(reach: Reach): boolean {
  return reach === 'everywhere' || reach.length > 0
}

function narrower(x: string, y: string): string[] {
  if (contains(x, y)) return [y]
  return contains(y, x) ? [x] : []
}

function contains(outer: string, inner: string): boolean {
  const o = network(outer)
  const i = network(inner)
  if (o === undefined || i === undefined || o.family !== i.family || o.prefix > i.prefix) return false
  const list = new BlockList()
  list.addSubnet(o.address, o.prefix, o.family)
  return list.check(i.address, i.family)
}

function network(text: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', length] = text.split('/')
  const family = address.includes(':') ? 'ipv6' : 'ipv4'
  if (!/^[0-9a-f.:]+$/i.test(address)) return undefined
  return { address, prefix: length === undefined ? (family === 'ipv6' ? 128 : 32) : Number(length), family }
}
