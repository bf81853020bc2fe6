import { type Network, parseNetwork } from '../net/address.ts'
import { networksOf } from '../net/network-set.ts'

/** The networks that make up `FIRST-LAST`; undefined: it is not a range of addresses of one family. */
export function rangeNetworks(range: string): Network[] | undefined {
  const [first, last] = range.split('-').map(parseNetwork)
  if (first === undefined || last === undefined || first.family !== last.family || first.bits > last.bits)
    return undefined
  return networksOf([{ family: first.family, first: first.bits, last: last.bits }])
}
