import { connectionsOf, familiesOf } from '../../spec-file/connections.ts'
import type { Rule } from './rule.ts'

const FOR = 'upgrades, the time and fail2ban’s host names need it'

/** Addresses that are written by hand come with what else is needed to reach anything. */
export const theDeviceFindsTheWayOut: Rule = {
  reads: ['network'],
  check({ spec }, report) {
    const connections = connectionsOf(spec)
    // Without a word of it every port with a cable asks by DHCP.
    if (spec.network.wired.length === 0) return
    const families = connections.flatMap((connection) =>
      familiesOf(connection).map(([key, ip]) => ({ path: [...connection.path, key], key, ...ip })),
    )
    const manual = families.find(({ method, addresses }) => method === 'manual' && addresses.length > 0)
    if (manual === undefined) return
    const isAutomatic = families.some(({ method, key }) => method === 'auto' && key === 'ipv4')
    if (isAutomatic) return
    if (families.every(({ gateway }) => gateway === undefined)) {
      report.warning(
        'NET024',
        manual.path,
        `no connection has a gateway: nothing beyond its own networks is reached`,
        FOR,
      )
    } else if (families.every(({ dns }) => dns.length === 0)) {
      report.warning('NET024', manual.path, 'no connection has dns: nothing is found by its name', FOR)
    }
  },
}
