import type { Tree } from '../../storage/tree/tree.ts'
import {
  type ConfigLine,
  configLines,
  configText,
  filesLike,
  flagIn,
  isNo,
  isYes,
  lastNamed,
  listOf,
  named,
} from './config-lines.ts'
import {
  type ConfigPlace,
  type DaemonReader,
  type DaemonReaders,
  type Prediction,
  tcp,
  udp,
} from './daemon-listener.ts'
import { addressesOf, endpointOf, portOf } from './endpoint.ts'

/** redis.conf: `protected-mode` answers nobody from outside as long as there is no password. */
const redisAt =
  (file: string): DaemonReader =>
  ({ root, words }) => {
    const path = words.find((word) => word.endsWith('.conf')) ?? file
    const lines = configLines(root, path, {
      between: ' ',
      includes: ({ key, value }) => (key === 'include' ? value : undefined),
    })
    const bind = lastNamed(lines, 'bind')
    // `-ADDRESS` may be absent from the device.
    const addresses = addressesOf(
      listOf(bind?.value ?? '*')
        .map((word) => word.replace(/^-(?!::)/, ''))
        .map(bare),
    )
    const isGuarded = ['requirepass', 'aclfile', 'user'].some((key) => lastNamed(lines, key) !== undefined)
    const isProtected = !isNo(lastNamed(lines, 'protected-mode')?.value)
    const port = lastNamed(lines, 'port')
    const tlsPort = lastNamed(lines, 'tls-port')
    const at = bind?.at ?? port?.at ?? { file: path, line: undefined }
    const authentication = isGuarded || isProtected
    return [
      ...tcp(at, portOf(port?.value ?? '6379'), addresses, { tls: false, authentication }),
      ...tcp(tlsPort?.at ?? at, portOf(tlsPort?.value), addresses, { tls: true, authentication }),
    ]
  }

const bare = (word: string) => word.replace(/^-(?=::1$)/, '')

/** Each cluster that postgresql-common's generator starts: those of which start.conf says `auto`. */
const postgresql: DaemonReader = ({ root }) =>
  filesLike(root, '/etc/postgresql/*/*/postgresql.conf').flatMap((file) => {
    const folder = file.slice(0, file.lastIndexOf('/'))
    const starts = configText(root, `${folder}/start.conf`)
      .split('\n')
      .map((line) => line.replace(/#.*/, '').trim())
    if (!starts.includes('auto') && starts.some((line) => line !== '')) return []
    const lines = configLines(root, file, {
      between: '=',
      includes: ({ key, value }) =>
        key === 'include_dir' ? `${value}/*.conf` : /^include(_if_exists)?$/.test(key) ? value : undefined,
    })
    const listen = lastNamed(lines, 'listen_addresses')
    const port = lastNamed(lines, 'port')
    const names = listOf(listen?.value ?? 'localhost')
    const trusted = trustLine(root, `${folder}/pg_hba.conf`)
    const at = trusted ?? listen?.at ?? port?.at ?? { file, line: undefined }
    const tls = isYes(lastNamed(lines, 'ssl')?.value)
    return tcp(at, portOf(port?.value) ?? 5432, addressesOf(names), { tls, authentication: trusted === undefined })
  })

/** A line of pg_hba.conf(5) that lets in others than the device itself without a question. */
function trustLine(root: Tree, file: string): ConfigPlace | undefined {
  const index = configText(root, file)
    .split('\n')
    .findIndex((line) => {
      const [type = '', , , address = '', ...rest] = line.trim().split(/\s+/)
      return /^host/.test(type) && rest.includes('trust') && !/^(127\.|::1|localhost|samehost)/.test(address)
    })
  return index < 0 ? undefined : { file, line: index + 1 }
}

/** The groups of an option file that the server reads (MariaDB, "Option Groups"). */
const SERVER = /^(mysqld|server|mariadb|mariadbd|mysqld-[\d.]+|mariadb-[\d.]+|mariadbd-[\d.]+|galera)$/

const mariadb: DaemonReader = ({ root, words }) => {
  const file = '/etc/mysql/my.cnf'
  const lines = configLines(root, file, {
    between: '=',
    includes: ({ text }) => {
      const [, kind, path = ''] = /^!(includedir|include)\s+(\S+)/.exec(text) ?? []
      return kind === undefined ? undefined : kind === 'include' ? path : `${path.replace(/\/$/, '')}/*.cnf`
    },
  }).filter(({ section }) => SERVER.test(section))
  const of = (key: string) => lines.filter((line) => line.key.replaceAll('_', '-') === key).at(-1)
  const off = of('skip-networking')
  if (off !== undefined && !isNo(off.value)) return []
  const address = of('bind-address')
  const port = of('port')
  const given = flagIn(words, '--bind-address') ?? address?.value ?? '*'
  const tls = of('require-secure-transport')
  const at = address?.at ?? port?.at ?? { file, line: undefined }
  const number = portOf(flagIn(words, '--port')) ?? portOf(port?.value) ?? 3306
  return tcp(at, number, addressesOf(listOf(given)), { tls: isYes(tls?.value), authentication: true })
}

/** memcached.conf holds options of the command, one a line. */
const memcached: DaemonReader = ({ root, words }) => {
  const file = words.find((word) => word.endsWith('.conf')) ?? '/etc/memcached.conf'
  const lines = configLines(root, file, { between: ' ' })
  const listen = named(lines, '-l')
  const port = lastNamed(lines, '-p')
  const at = listen.at(-1)?.at ?? port?.at ?? { file, line: undefined }
  const addresses = listen.length === 0 ? 'all' : addressesOf(listen.flatMap(({ value }) => listOf(value)))
  const has = (...keys: readonly string[]) => lines.some(({ key }) => keys.includes(key))
  const more = { tls: has('-z', '--enable-ssl'), authentication: has('-s', '--enable-sasl', '-y', '--auth-file') }
  return [
    ...tcp(at, portOf(port?.value) ?? 11211, addresses, more),
    ...udp(at, portOf(lastNamed(lines, '-u')?.value), addresses, more),
  ]
}

/** influxdb.conf of version 1: the API, and the port for backups. */
const influxdb: DaemonReader = ({ root }) => {
  const file = '/etc/influxdb/influxdb.conf'
  const lines = configLines(root, file, { between: '=' })
  const main: ConfigPlace = { file, line: undefined }
  const of = (key: string, section: string) => lastNamed(lines, key, section)
  const socket = (line: ConfigLine | undefined, usual: string, more: { tls?: boolean; authentication?: boolean }) => {
    const { addresses, port } = endpointOf(line?.value ?? usual)
    return tcp(line?.at ?? main, port, addresses, more)
  }
  const isOff = isNo(of('enabled', 'http')?.value)
  const more = {
    tls: isYes(of('https-enabled', 'http')?.value),
    authentication: isYes(of('auth-enabled', 'http')?.value),
  }
  return [
    ...(isOff ? [] : socket(of('bind-address', 'http'), ':8086', more)),
    ...socket(of('bind-address', ''), '127.0.0.1:8088', { tls: false }),
  ]
}

/** slapd(8): SLAPD_SERVICES are its `-h`. */
const slapd: DaemonReader = ({ root }): readonly Prediction[] => {
  const file = '/etc/default/slapd'
  const line = lastNamed(configLines(root, file, { between: '=' }), 'slapd_services')
  return (line?.value ?? 'ldap:///').split(/\s+/).flatMap((url) => {
    const [, scheme, host = ''] = /^(ldaps?):\/\/([^/]*)\/?/.exec(url) ?? []
    if (scheme === undefined) return []
    const { addresses, port } = endpointOf(host)
    const tls = scheme === 'ldaps'
    return tcp(line?.at ?? { file, line: undefined }, port ?? (tls ? 636 : 389), addresses, { tls })
  })
}

/** Programs that keep data for others. */
export const databases: DaemonReaders = {
  'redis-server': redisAt('/etc/redis/redis.conf'),
  'valkey-server': redisAt('/etc/valkey/valkey.conf'),
  postgresql,
  mariadb,
  mysql: mariadb,
  memcached,
  influxdb,
  slapd,
}
