import { configLines, flagIn, isNo, isYes, lastNamed, listOf, named } from './config-lines.ts'
import { type DaemonReader, type DaemonReaders, type Prediction, tcp, udp } from './daemon-listener.ts'
import { addressesOf, endpointOf, portOf } from './endpoint.ts'

const TRANSPORT = /^(udp6?|udpv6|tcp6?|tcpv6|unix|tlstcp|dtlsudp):/i

/** snmpd.conf(5), `agentAddress`; a `rocommunity` without a source is everybody's password. */
const snmpd: DaemonReader = ({ root, words }) => {
  const file = '/etc/snmp/snmpd.conf'
  const lines = configLines(root, file, {
    between: ' ',
    includes: ({ key, value }) => (key === 'includedir' ? `${value.replace(/\/$/, '')}/*.conf` : undefined),
  })
  const address = lastNamed(lines, 'agentaddress')
  const given = words.filter((word) => TRANSPORT.test(word))
  const where = given.length > 0 ? given : listOf(address?.value ?? 'udp:161')
  const community = lines.find(
    ({ key, value }) => /^r[ow]community6?$/.test(key) && !/^\S+\s+(?!default\b)\S/.test(value),
  )
  const at = community?.at ?? address?.at ?? { file, line: undefined }
  const more = { tls: false, authentication: community === undefined ? undefined : false }
  return where.flatMap((one) => {
    const [, kind = 'udp:'] = /^([a-z0-9]+:)(?=.)/i.exec(one) ?? []
    if (/^unix:/i.test(one)) return []
    const { addresses, port } = endpointOf(one.replace(TRANSPORT, ''))
    return (/^tcp|^tls/i.test(kind) && TRANSPORT.test(one) ? tcp : udp)(at, port ?? 161, addresses, more)
  })
}

/** Programs whose command says where they listen; Debian puts ARGS of /etc/default there. */
const byFlag =
  (flag: string, usual: string): DaemonReader =>
  ({ words, file }) => {
    const { addresses, port } = endpointOf(flagIn(words, `--${flag}`, `-${flag}`) ?? usual)
    return tcp({ file, line: undefined }, port, addresses)
  }

/** Alertmanagers talk to each other on 9094, unless the address for it is empty. */
const alertmanager: DaemonReader = (daemon) => {
  const cluster = flagIn(daemon.words, '--cluster.listen-address') ?? '0.0.0.0:9094'
  const { addresses, port } = endpointOf(cluster)
  const at = { file: daemon.file, line: undefined }
  const peers = cluster === '' ? [] : [...tcp(at, port, addresses), ...udp(at, port, addresses)]
  return [...byFlag('web.listen-address', ':9093')(daemon), ...peers]
}

/** zabbix_agentd.conf: it answers the servers that `Server` names. */
const zabbixAgent =
  (file: string): DaemonReader =>
  ({ root }) => {
    const lines = configLines(root, file, {
      between: '=',
      includes: ({ key, value }) => (key === 'include' ? value.replace(/\/$/, '/*') : undefined),
    })
    const address = lastNamed(lines, 'listenip')
    const port = lastNamed(lines, 'listenport')
    const addresses = address === undefined ? 'all' : addressesOf(listOf(address.value))
    return tcp(address?.at ?? port?.at ?? { file, line: undefined }, portOf(port?.value) ?? 10050, addresses)
  }

/** munin-node.conf: `host` and `port`. */
const muninNode: DaemonReader = ({ root }) => {
  const file = '/etc/munin/munin-node.conf'
  const lines = configLines(root, file, { between: ' ' })
  const host = lastNamed(lines, 'host')
  const port = portOf(lastNamed(lines, 'port')?.value) ?? 4949
  return tcp(host?.at ?? { file, line: undefined }, port, addressesOf([host?.value ?? '*']))
}

/** grafana.ini: `[server]`; anonymous only where that is switched on. */
const grafana: DaemonReader = ({ root }) => {
  const file = '/etc/grafana/grafana.ini'
  const lines = configLines(root, file, { between: '=', comments: '#;' })
  const anonymous = lastNamed(lines, 'enabled', 'auth.anonymous')
  const port = lastNamed(lines, 'http_port', 'server')
  const address = lastNamed(lines, 'http_addr', 'server')?.value ?? ''
  const protocol = lastNamed(lines, 'protocol', 'server')?.value ?? 'http'
  const isOpen = isYes(anonymous?.value)
  const at = (isOpen ? anonymous?.at : undefined) ?? port?.at ?? { file, line: undefined }
  const more = { tls: protocol !== 'http', authentication: !isOpen }
  return tcp(at, portOf(port?.value) ?? 3000, addressesOf([address]), more)
}

/** netdata.conf: `bind to` of `[web]`, once of `[global]`; it shows everything to whoever comes. */
const netdata: DaemonReader = ({ root }) => {
  const file = '/etc/netdata/netdata.conf'
  const lines = configLines(root, file, { between: '=' })
  const bind = named(lines, 'bind to').concat(named(lines, 'bind socket to ip')).at(-1)
  const port = portOf(named(lines, 'default port').at(-1)?.value) ?? 19999
  const at = bind?.at ?? { file, line: undefined }
  return listOf(bind?.value ?? '*').flatMap((one): readonly Prediction[] => {
    if (one.startsWith('unix:')) return []
    const where = endpointOf(one.replace(/=.*$/, ''))
    return tcp(at, where.port ?? port, where.addresses, { tls: false, authentication: false })
  })
}

/** upsd.conf(5): the loopback unless `LISTEN` says otherwise; nut.conf's MODE decides whether it runs. */
const upsd: DaemonReader = ({ root }) => {
  const mode = lastNamed(configLines(root, '/etc/nut/nut.conf', { between: '=' }), 'mode')?.value ?? 'none'
  if (!/^(standalone|netserver)$/i.test(mode)) return []
  const file = '/etc/nut/upsd.conf'
  const listens = named(configLines(root, file, { between: ' ' }), 'listen')
  if (listens.length === 0) return tcp({ file, line: undefined }, 3493, ['127.0.0.1', '::1'])
  return listens.flatMap(({ value, at }) => {
    const [address = '', port = '3493'] = value.split(/\s+/)
    return tcp(at, portOf(port), addressesOf([address]), { authentication: true })
  })
}

/** chrony.conf(5): 123 only for clients that `allow` lets in; commands on 323 of the loopback. */
const chrony: DaemonReader = ({ root, words }) => {
  const file = '/etc/chrony/chrony.conf'
  const lines = configLines(root, file, {
    between: ' ',
    comments: '#!;%',
    includes: ({ key, value }) =>
      key === 'confdir' ? value.split(/\s+/).map((one) => `${one}/*.conf`) : key === 'include' ? value : undefined,
  })
  if (words.includes('-Q')) return []
  const allow = lines.findLast(({ key }) => key === 'allow')
  const port = portOf(lastNamed(lines, 'port')?.value ?? '123')
  const bind = named(lines, 'bindaddress').map(({ value }) => value)
  const command = lastNamed(lines, 'cmdport')
  const where = named(lines, 'bindcmdaddress').filter(({ value }) => !value.startsWith('/'))
  const own = command === undefined || !isNo(command.value) ? portOf(command?.value ?? '323') : undefined
  const commandAddresses = where.length === 0 ? ['127.0.0.1', '::1'] : addressesOf(where.map(({ value }) => value))
  return [
    ...(allow === undefined ? [] : udp(allow.at, port, bind.length === 0 ? 'all' : addressesOf(bind))),
    ...udp(command?.at ?? { file, line: undefined }, own, commandAddresses),
  ]
}

/** ntp.conf(5): a client of time is a server too, on every address. */
const ntpd =
  (file: string): DaemonReader =>
  () =>
    udp({ file, line: undefined }, 123, 'all')

/** gpsd(8): by its socket on the loopback, unless `-G`. */
const gpsd: DaemonReader = ({ words, file }) =>
  words.includes('-G') ? tcp({ file, line: undefined }, portOf(flagIn(words, '-S')) ?? 2947, 'all') : []

/** Programs that measure, and that keep the time. */
export const monitors: DaemonReaders = {
  snmpd,
  prometheus: byFlag('web.listen-address', ':9090'),
  'prometheus-node-exporter': byFlag('web.listen-address', ':9100'),
  'prometheus-alertmanager': alertmanager,
  'prometheus-pushgateway': byFlag('web.listen-address', ':9091'),
  'prometheus-blackbox-exporter': byFlag('web.listen-address', ':9115'),
  'prometheus-mqtt-exporter': byFlag('web.listen-address', ':9344'),
  'zabbix-agent': zabbixAgent('/etc/zabbix/zabbix_agentd.conf'),
  'zabbix-agent2': zabbixAgent('/etc/zabbix/zabbix_agent2.conf'),
  'munin-node': muninNode,
  'grafana-server': grafana,
  netdata,
  'nut-server': upsd,
  chrony,
  ntpsec: ntpd('/etc/ntpsec/ntp.conf'),
  ntp: ntpd('/etc/ntp.conf'),
  gpsd,
}
