import type { DaemonReader, DaemonReaders, Listening, Prediction, StartedDaemon } from './daemon-listener.ts'
import { databases } from './databases.ts'
import { containers } from './docker.ts'
import { addressesOf } from './endpoint.ts'
import { fileServers } from './file-servers.ts'
import { ftpServers } from './ftp-servers.ts'
import { homeAutomation } from './home-automation.ts'
import { mailServers } from './mail-servers.ts'
import { media } from './media.ts'
import { messageBrokers } from './message-brokers.ts'
import { monitors } from './monitors.ts'
import { nameServers } from './name-servers.ts'
import { privateNetworks } from './private-networks.ts'
import { proxies } from './proxies.ts'
import { remoteDesktops } from './remote-desktops.ts'
import { superServers } from './super-servers.ts'
import { webServers } from './web-servers.ts'

/** Every daemon whose own configuration is read. */
const daemonReaders: DaemonReaders = {
  ...webServers,
  ...messageBrokers,
  ...fileServers,
  ...ftpServers,
  ...nameServers,
  ...databases,
  ...proxies,
  ...remoteDesktops,
  ...monitors,
  ...mailServers,
  ...media,
  ...superServers,
  ...homeAutomation,
  ...privateNetworks,
  ...containers,
}

/** `wg-quick@` and `wg0` of `wg-quick@wg0.service`. */
function nameOf(unit: string): { readonly name: string; readonly instance: string } {
  const [, name = '', instance = ''] = /^([^@]+@?)(.*)\.service$/.exec(unit) ?? []
  return { name, instance }
}

/** Programs whose name is not that of their unit. */
const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ['dockerd', 'docker'],
  ['influxd', 'influxdb'],
  ['mariadbd', 'mariadb'],
  ['mysqld', 'mysql'],
])

/**
 * On what a daemon listens by its configuration; undefined: there is no reader for it.
 *
 * @param program of its command, by which it is known in a unit of another name
 */
export function listeningOf(
  daemon: Omit<StartedDaemon, 'instance'>,
  program: string | undefined,
): readonly Prediction[] | undefined {
  const { name, instance } = nameOf(daemon.unit)
  const own = (program ?? '').slice((program ?? '').lastIndexOf('/') + 1)
  const reader = readerOf(name) ?? readerOf(PROGRAMS.get(own) ?? own)
  return reader && asOne(reader({ ...daemon, instance }))
}

function readerOf(name: string): DaemonReader | undefined {
  return Object.hasOwn(daemonReaders, name) ? daemonReaders[name] : undefined
}

/** The sockets of a port as one: IPv4 and IPv6 are written apart, and both are meant. */
function asOne(predictions: readonly Prediction[]): readonly Prediction[] {
  const found = new Map<string, Prediction>()
  for (const one of predictions) {
    const key = 'untold' in one ? `${one.untold} ${one.at.file}` : `${one.port}/${one.protocol}`
    const before = found.get(key)
    found.set(key, before === undefined || 'untold' in before || 'untold' in one ? (before ?? one) : both(before, one))
  }
  return [...found.values()]
}

/** A daemon that is bound to more has these, too. */
const MOST_ADDRESSES = 50

function both(a: Listening, b: Listening): Listening {
  const addresses =
    a.addresses === 'all' || b.addresses === 'all'
      ? 'all'
      : addressesOf([...new Set([...a.addresses, ...b.addresses])].slice(0, MOST_ADDRESSES))
  // What one of them leaves open is open.
  const open = b.authentication === false && a.authentication !== false ? b : a
  const same = <T>(x: T, y: T) => (x === y ? x : undefined)
  return {
    ...open,
    addresses,
    tls: a.tls === false || b.tls === false ? false : same(a.tls, b.tls),
    authentication: open.authentication === false ? false : same(a.authentication, b.authentication),
  }
}
