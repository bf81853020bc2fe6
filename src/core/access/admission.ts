import { difference, rangeSet } from '../../device/net/network-set.ts'
import { ANY_INTERFACE, type Reach, reachOf } from '../../device/net/reach.ts'
import { contains, type Region } from '../../device/sshd/networks.ts'

/**
 * From where somebody is let in: of each region that lets in, what is in no smaller one.
 *
 * @param regions all of them
 */
export function reachOfRegions(regions: readonly Region[], isLetIn: (region: Region) => boolean): Reach {
  const open = regions.filter(isLetIn).flatMap((region) => {
    const smaller = regions.filter((other) => other !== region && contains(region.network, other.network))
    return difference([region.network], rangeSet(smaller.map(({ network }) => network)))
  })
  return reachOf([{ networks: rangeSet(open), through: ANY_INTERFACE }])
}
